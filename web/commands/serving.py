"""`serve` and `worker`: the service and its executor, until they are told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from web.environment import read_settings
from web.opening import open_engine, serving_executor, with_secret_key
from web.ownership import owning
from web.settings import Settings, SettingsRefused


@click.command()
@click.option(
    "--demo", is_flag=True, help="Deploy the shipped organisations and add invented people."
)
def serve(demo: bool) -> None:
    """Serve pages and API, and run what falls due, until SIGTERM or Ctrl+C.

    Outside production the organisations under bpmn/ are deployed when they are new or changed, and
    their invented people may sign in; --demo says so expressly, and production refuses it.
    """
    # Only this command waits for these libraries.
    from web.app import create_app
    from web.shipped import deploy_shipped, refuse_demo_people
    from webhooks.engine_rest.held_requests import create_server
    from webhooks.engine_rest.registration import waiting_room
    from webhooks.request_limits import LARGEST_REQUEST

    settings = read_settings()
    if settings.in_production and demo:
        raise SettingsRefused(
            "--demo is refused in production: invented people could sign in. Deploy with "
            "`remit deploy` and make tokens with `remit token create`."
        )
    with (
        _stopping(),
        owning(settings.sqlite_file),
        open_engine(settings, executor=serving_executor(settings)) as engine,
    ):
        settings = with_secret_key(settings)
        if settings.in_production:
            refuse_demo_people(engine)
            organisations: tuple[str, ...] = ()
        else:
            organisations = deploy_shipped(engine, settings)
        room = waiting_room(engine)
        try:
            server = create_server(
                create_app(engine, settings),
                room,
                host=settings.host,
                port=settings.port,
                threads=settings.web_threads,
                ident="Remit",
                max_request_body_size=LARGEST_REQUEST,
                **_proxy(settings),
            )
        except OSError as error:
            raise click.ClickException(
                f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}. "
                "Set REMIT_HOST and REMIT_PORT to others."
            ) from None
        _say_where(settings, organisations)
        try:
            server.run()  # returns when a signal raises SystemExit in it
        finally:
            room.close()
            server.close()
    click.echo("Stopped.", err=True)


@click.command()
def worker() -> None:
    """Run what falls due without serving pages, until SIGTERM or Ctrl+C."""
    settings = read_settings()
    with (
        _stopping(),
        owning(settings.sqlite_file),
        open_engine(settings, executor=serving_executor(settings)),
    ):
        click.echo("Running what falls due. Stop with Ctrl+C.", err=True)
        try:
            threading.Event().wait()
        except SystemExit:
            click.echo("Stopped.", err=True)


@contextmanager
def _stopping() -> Iterator[None]:
    """End quietly at SIGTERM and SIGINT: what is under way is finished first."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _proxy(settings: Settings) -> dict[str, object]:
    if not settings.trusted_proxy:
        return {}
    return {
        "trusted_proxy": settings.trusted_proxy,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "trusted_proxy_count": 1,
        "clear_untrusted_proxy_headers": True,
    }


def _say_where(settings: Settings, organisations: tuple[str, ...]) -> None:
    lines = [f"Remit is at {settings.address}"]
    if settings.in_production:
        lines.append("Sign in with a token: remit token create --organisation ... --role ...")
    elif organisations:
        lines += [
            f"Sign in: open {settings.address}/sign-in and choose one of the invented people.",
            "Programs use a token: "
            f"remit token create --organisation {organisations[0]} --role administrator",
        ]
    else:
        lines.append(
            f"There is no organisation yet: {settings.content.absolute() / 'bpmn'} has none. "
            "Deploy one with `remit deploy`."
        )
    for line in lines:
        click.echo(line)
