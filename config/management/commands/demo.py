"""`make demo`: the main job on the demo catalog, watched from the terminal, then served until Ctrl-C."""

import socket
import sys
import time
import webbrowser
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from rich.console import Console

from config import demo
from config.processes import Supervisor, home, start_everything


class Command(BaseCommand):
    help = "Run the main job on the demo catalog and serve the dashboard."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--exit", action="store_true", help="end with a summary and an exit code")
        parser.add_argument("--serve-only", action="store_true", help="only serve what an earlier run made")
        parser.add_argument("--engine", default="unified", choices=["static", "parallax", "unified"])
        parser.add_argument("--products", type=int, default=3, help="how many products get videos (the pump first)")
        parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
        parser.add_argument("--open", action="store_true", help="open a browser on the dashboard")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        port = options["port"] or _free_port()
        address = f"http://127.0.0.1:{port}"
        call_command("collectstatic", interactive=False, verbosity=0)
        supervisor = Supervisor(logs=home() / "logs")
        try:
            start_everything(supervisor, port)
            summary = None
            if not options["serve_only"]:
                main_job = demo.MainJob(console=console, supervisor=supervisor, address=address)
                summary = main_job.run(engine=options["engine"], products=options["products"])
            if options["exit"]:
                sys.exit(0 if summary is None or summary.is_good else 1)
            _serve(console, supervisor, address, open_browser=options["open"])
        except demo.DemoFailed as error:
            console.print(f"[bold red]The demo stopped:[/] {error}\nLogs are in {home() / 'logs'}.")
            sys.exit(1)
        finally:
            supervisor.stop()


def _serve(console: Console, supervisor: Supervisor, address: str, *, open_browser: bool) -> None:
    login = demo.read_login()
    console.print(f"\n  Dashboard  [bold]{address}[/]\n  Login      {login.username} / {login.password}\n")
    console.print("  Ctrl-C ends the demo; `make serve` brings it back with its data.")
    if open_browser:
        webbrowser.open(address)
    try:
        while True:
            supervisor.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("\n  Stopping.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
