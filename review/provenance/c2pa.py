"""The seal itself: a C2PA manifest written into an MP4, and read back with the reference reader."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from review.provenance.keys import Known, NoKey, Signer

PACK = "org.vitrine.truth-pack"
MIXED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""Real photo, trained model and drawn parts in one picture."""
_CURVES = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}


class CannotSign(RuntimeError):
    """A file could not be sealed; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What a manifest in a file is worth. `pack` is what it says, as far as it can be read."""

    is_readable: bool
    """Its own bytes are whole: the signature covers what it says."""
    is_ours: bool = False
    """Signed with a key of this installation."""
    is_intact: bool = False
    """The file is as it was when it was sealed."""
    issuer: str = ""
    name: str = ""
    pack: dict[str, Any] | None = None
    problems: tuple[str, ...] = ()
    """Codes of the C2PA specification, or the reader's own words."""


def manifest(pack: dict[str, Any], made: datetime) -> dict[str, Any]:
    """The manifest of a truth pack: its ingredients, how they were put together, and the pack itself."""
    ingredients = [
        {
            "label": f"part{number}", "title": part["title"], "format": part["format"], "relationship": "componentOf",
            "instance_id": f"urn:sha256:{part['sha256']}", "description": part["words"],
        }
        for number, part in enumerate(pack["ingredients"])
    ]  # fmt: skip
    created = {
        "action": "c2pa.created", "when": made.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "digitalSourceType": MIXED, "softwareAgent": {"name": f"Vitrine, {pack['model']['made_by']}"},
    }  # fmt: skip
    placed = [{"action": "c2pa.placed", "parameters": {"ingredientIds": [part["label"]]}} for part in ingredients]
    return {
        "claim_generator_info": [{"name": "Vitrine", "version": "1"}], "title": pack["title"], "format": "video/mp4",
        "ingredients": ingredients,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created, *placed]}}, {"label": PACK, "data": pack},
        ],
    }  # fmt: skip


def sign(source: Path, target: Path, content: dict[str, Any], signer: Signer) -> None:
    """Write `source` with a sealed manifest to `target`. Raises CannotSign."""
    info = c2pa.C2paSignerInfo(
        alg=algorithm(signer), sign_cert=signer.chain, private_key=signer.key, ta_url=signer.timestamps or None
    )
    try:
        with c2pa.Signer.from_info(info) as key, source.open("rb") as before, target.open("w+b") as after:
            c2pa.Builder(content).sign(key, "video/mp4", before, after)
    except c2pa.C2paError as error:
        raise CannotSign(f"{source.name} could not be sealed: {error}") from error


def read(path: Path, known: Sequence[Known]) -> Seal | None:
    """The seal of a file, judged against the certificates that are ours; None when it carries none."""
    trust = {"trust_anchors": b"\n".join(each.anchor for each in known).decode()}
    context = c2pa.Context(c2pa.Settings.from_dict({"verify": {"verify_trust": True}, "trust": trust}))
    try:
        with path.open("rb") as file, c2pa.Reader("video/mp4", file, context=context) as reader:
            found: dict[str, Any] = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        return Seal(is_readable=False, problems=(str(error),))
    return _judged(found, known)


def algorithm(signer: Signer) -> bytes:
    """C2PA's name of the signature algorithm that fits the signer's certificate. Raises NoKey."""
    key = x509.load_pem_x509_certificates(signer.chain)[0].public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPublicKey):
        return b"ps256"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return b"ed25519"
    raise NoKey("SIGNING_CERTIFICATES must hold a P-256, P-384, P-521, RSA or Ed25519 key.")


def _judged(found: dict[str, Any], known: Sequence[Known]) -> Seal:
    active = found["manifests"][found["active_manifest"]]
    results = found.get("validation_results", {}).get("activeManifest", {})
    good = {each["code"] for each in results.get("success", ())}
    bad = {each["code"] for each in results.get("failure", ())}
    signature = active.get("signature_info", {})
    is_mine = "signingCredential.trusted" in good and signature.get("cert_serial_number") in {k.serial for k in known}
    packs = [each["data"] for each in active.get("assertions", ()) if each["label"] == PACK]
    return Seal(
        is_readable="claimSignature.validated" in good and "assertion.hashedURI.mismatch" not in bad,
        is_ours=is_mine,
        is_intact="assertion.bmffHash.match" in good and not bad - {"signingCredential.untrusted"},
        issuer=signature.get("issuer", ""),
        name=signature.get("common_name", ""),
        pack=packs[0] if packs and is_mine else None,
        problems=tuple(sorted(bad)),
    )
