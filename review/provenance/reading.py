"""An answer of the verify page in words."""

from dataclasses import dataclass

from review.provenance.verifying import Answer, Verdict

TITLES = {
    Verdict.UNTOUCHED: ("Untouched", "good", "check"),
    Verdict.CHANGED: ("Changed after it was signed", "bad", "stop"),
    Verdict.STRIPPED: ("The seal was removed", "warn", "flag"),
    Verdict.FOREIGN: ("Signed by somebody else", "bad", "stop"),
    Verdict.UNKNOWN: ("Not known here", "", "eye"),
}
"""Verdict -> title, tone and symbol."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a person reads about the file that was handed in."""

    answer: Answer
    title: str
    tone: str
    symbol: str
    words: str


def read_out(answer: Answer) -> Reading:
    """Verdict in words."""
    title, tone, symbol = TITLES[answer.verdict]
    return Reading(answer=answer, title=title, tone=tone, symbol=symbol, words=_words(answer))


def _words(answer: Answer) -> str:
    same = "Picture and sound are still, packet for packet, those of the approved video below."
    if answer.verdict == Verdict.UNTOUCHED:
        return "This is the very file that was checked, approved and signed. Not one byte differs."
    if answer.verdict == Verdict.CHANGED:
        other = "Picture or sound are not those that were approved."
        return f"At least one byte differs from the signed file. {same if answer.has_our_streams else other}"
    if answer.verdict == Verdict.STRIPPED:
        if answer.record and answer.record.audited_sha256 == answer.sha256:
            return "This is the file as it was audited, before it was signed: byte for byte, but without its seal."
        return f"The file carries no seal any more. {same}"
    if answer.verdict == Verdict.FOREIGN:
        who = answer.seal.issuer or answer.seal.name if answer.seal else ""
        other = "We have no record of this picture and sound." if not answer.record else same
        return f"Its seal was made with a key that is not ours, by “{who or 'nobody named'}”. {other}"
    if answer.seal and answer.seal.is_ours:
        return "Its seal is whole and made with our key, but nothing here records it: another database may know it."
    return (
        "The file carries no seal of ours, and we signed no video with this picture and sound. It may come from"
        " elsewhere, or it was encoded anew on the way: a platform that does so destroys every seal."
    )
