"""`ami-audit key`: the keys that sign."""

from typing import Annotated

import typer

from ami_audit.domain.key_facts import key_facts
from ami_audit.domain.keyring import Validity
from ami_audit.entrypoints.bootstrap.keys import ask_passphrase, key_store
from ami_audit.entrypoints.bootstrap.machine import caller, core
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail, sqlite_path
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import announce, deliver, formatter
from ami_audit.entrypoints.cli.passphrases import new_passphrase, old_passphrase
from ami_audit.entrypoints.settings import Settings, settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases import keys as verbs
from ami_audit.services.usecases.key_changes import add_to_trail, revoke_in_trail, rotate_in_trail

keys = typer.Typer(help="Make, keep, exchange and retire the keys that sign the trail.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="KEY", help="The key's name, or 8 or more digits of its id.")]
Signer = Annotated[
    str | None, typer.Option("--signer", metavar="WHO", help="Whose key it is.", show_default="user@host")
]
Encrypt = Annotated[
    bool, typer.Option("--encrypt", help="Protect it with a passphrase (asked for, or AMI_AUDIT_PASSPHRASE).")
]
Default = Annotated[bool, typer.Option("--default", help="Let it sign new trails from now on.")]


@keys.command("list")
def list_keys(
    *, store: common.Store = None, format_name: common.Format = "terminal", output: common.Output = None
) -> None:
    """List the keys on this machine and those that the trail names."""
    chosen = settings_at(overrides={"store": store})
    kept = key_store(chosen)
    entries, origin = _of_trail(chosen)
    facts = key_facts(kept.listed(), entries, chosen=kept.chosen(origin))
    deliver(formatter(format_name, output).keys(facts), output)


@keys.command("new")
def new_key(
    *,
    signer: Signer = None,
    encrypt: Encrypt = False,
    default: Default = False,
    add: Annotated[
        bool, typer.Option("--add-to-trail", help="Also let it sign this place's trail, beside the keys it has.")
    ] = False,
    reason: common.Reason = None,
    store: common.Store = None,
) -> None:
    """Make a key and keep it, outside the repository."""
    chosen = settings_at(overrides={"store": store})
    made = verbs.make_key(
        key_store(chosen),
        core(),
        signer=signer or caller().name,
        passphrase=new_passphrase() if encrypt else None,
        as_default=default,
    )
    if add:
        with AuditStore(opener(chosen)) as trail:
            portal.run(
                add_to_trail(
                    trail,
                    key_store(chosen).load(made.name, ask=ask_passphrase),
                    by=caller(),
                    root=str(chosen.root),
                    reason=reason,
                )
            )
    print(made.name)
    announce(verbs.first_run_text(made))


@keys.command("export")
def export_key(
    name: Annotated[str, typer.Argument(metavar="KEY", help="The key's name or id, or `default`.")] = "default",
    *,
    private: Annotated[bool, typer.Option("--private", help="The private key: whoever has it signs as you.")] = False,
    encrypt: Encrypt = False,
    output: common.Output = None,
) -> None:
    """Write a key as PEM: the public half, or with --private the private one."""
    chosen = settings_at()
    text = verbs.export_key(
        key_store(chosen),
        core(),
        name,
        private=private,
        ask=ask_passphrase,
        passphrase=new_passphrase() if encrypt else None,
    )
    deliver(text, output, private=private)


@keys.command("import")
def import_key(
    file: Annotated[
        typer.FileText, typer.Argument(help="The private key: PKCS#8 or OpenSSH PEM, hex or base64; - for stdin.")
    ],
    *,
    signer: Signer = None,
    encrypt: Encrypt = False,
    default: Default = False,
) -> None:
    """Take in a private key made elsewhere."""
    chosen = settings_at()
    text = file.read()
    kept = verbs.import_key(
        key_store(chosen),
        core(),
        text,
        signer=signer or verbs.signer_of(text) or caller().name,
        opened_with=old_passphrase(text),
        passphrase=new_passphrase() if encrypt else None,
        as_default=default,
    )
    print(kept.name)


@keys.command("rotate")
def rotate_key(
    *,
    to: Annotated[
        str | None, typer.Option("--to", metavar="KEY", help="The key that takes over.", show_default="a new one")
    ] = None,
    signer: Signer = None,
    encrypt: Encrypt = False,
    reason: common.Reason = None,
    key: common.Key = None,
    store: common.Store = None,
) -> None:
    """Let a new key take over this trail; the record is signed by the old one and the new one."""
    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    kept = key_store(chosen)
    successor = (
        kept.find(to)
        if to
        else verbs.make_key(
            kept, core(), signer=signer or caller().name, passphrase=new_passphrase() if encrypt else None
        )
    )
    with AuditStore(opener(chosen)) as trail:
        rotated = portal.run(
            rotate_in_trail(
                trail,
                kept.load(successor.name, ask=ask_passphrase),
                by=caller(),
                root=str(chosen.root),
                reason=reason,
            )
        )
    verbs.hand_over(kept, successor.name, retired=rotated.retired, origin=rotated.origin)
    print(f"The key {successor.name} signs {rotated.origin} from now on.")


@keys.command("revoke")
def revoke_key(
    name: Name,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: lost, stolen, its owner left.")],
    key: common.Key = None,
    store: common.Store = None,
) -> None:
    """Say in the trail that a key signs nothing more; signed by another of the trail's keys."""
    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    with AuditStore(opener(chosen)) as trail:
        revoked = portal.run(revoke_in_trail(trail, name, by=caller(), root=str(chosen.root), reason=reason))
    print(f"The key {revoked.key_id.hex()[:16]} of {revoked.signer} signs nothing more in {chosen.store_location}.")


def _of_trail(chosen: Settings) -> tuple[tuple[Validity, ...], str]:
    """Return the keys that this place's trail names, and its name; nothing where there is no trail."""
    if not sqlite_path(chosen.store_location).exists():
        return (), ""

    async def read(trail: AuditStore) -> tuple[tuple[Validity, ...], str]:
        session = await trail.session()
        return (await session.ring()).entries(), await session.origin()

    with AuditStore(opener(chosen, read_only=True)) as trail:
        return portal.run(read(trail))
