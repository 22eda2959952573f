"""book migrate, export, import, verify: what is done to a whole book."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from firstbest.cli.making import faults_told, require_folder, stop

if TYPE_CHECKING:
    from firstbest.store.book import SqlBook
    from firstbest.world.network import Network

app = typer.Typer(help="A whole book: move it, export it, put it back, verify it.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The workspace.")]
Book = Annotated[
    str | None, typer.Option("--book", help="Where its book is: a file or postgresql://...; else in the workspace.")
]
KEPT = ".firstbest/book.sqlite"


@app.command()
def migrate(
    folder: Folder,
    to: Annotated[str, typer.Option("--to", help="A new book: a file or postgresql://HOST/DATABASE.")],
    book: Book = None,
) -> None:
    """Copy the book into another database, byte for byte. The copy is verified; the old one stays as it is."""
    with told(), opened(folder, book) as source, made(to) as target:
        moved = target.copy_from(source)
        typer.echo(f"{moved.ticks} ticks, {sum(moved.rows.values())} rows moved to {target.engine.where}.")
        typer.echo(f"The chain holds in the copy and ends in {target.chain.hex()[:16]} in both.")
        writer = source.writer()
    if writer is not None:
        went_on = "what it decides from now on is not in the copy"
        typer.echo(f"note: a house serves the old book ({writer.address}): {went_on}. To move it, stop it first.")


@app.command()
def export(
    folder: Folder,
    into: Annotated[Path, typer.Argument(help="A new folder.")],
    tenant: Annotated[str | None, typer.Option("--tenant", help="A seller's name; else everything.")] = None,
    book: Book = None,
) -> None:
    """Write all that a tenant owns, or everything. As Parquet and NDJSON."""
    from firstbest.store.book_export import export as write

    with told(), opened(folder, book) as source:
        texts = networks_of(folder, source)[0].texts
        done = write(source, into, code_of(tenant, texts.sellers), texts)
    typer.echo(f"{sum(done.facts.values())} facts, {done.postings} postings, {sum(done.records.values())} records.")
    typer.echo(f"Read {into / 'facts'} with any program that reads Parquet; codes.json says what the codes stand for.")


@app.command("import")
def put_back(
    folder: Folder,
    exported: Annotated[Path, typer.Argument(help="A folder that `book export` wrote, of everything.")],
    book: Book = None,
) -> None:
    """Make the book again from an export of everything. The workspace must not have one yet."""
    from firstbest.store.book_export import import_book

    with told():
        require_folder(folder)
        where = book or str(folder / KEPT)
        Path(folder / KEPT).parent.mkdir(exist_ok=True)
        with made(where) as target:
            moved = import_book(exported, target)
    typer.echo(f"{moved.ticks} ticks, {sum(moved.rows.values())} rows put back; the chain holds.")


@app.command()
def verify(
    folder: Folder,
    book: Book = None,
    seals_only: Annotated[bool, typer.Option("--seals-only", help="Look at the chain, fold nothing again.")] = False,
) -> None:
    """Recompute every seal and every table. All facts are folded again. Exit code 1: something differs."""
    from firstbest.store.book_live import ChainError
    from firstbest.store.book_refold import marked
    from firstbest.store.book_verify import unlike_refold

    with told(), opened(folder, book) as source:
        try:
            typer.echo(f"{source.verify()} ticks: every seal holds.")
        except ChainError as broken:
            typer.echo(str(broken), err=True)
            raise typer.Exit(1) from None
        wrong = [] if seals_only else unlike_refold(source, *networks_of(folder, source))
        if wrong:
            typer.echo(f"not what the facts come to: {', '.join(wrong)}", err=True)
            waits = marked(source)
            if waits:
                said = f"of an older version, to be folded again: {', '.join(waits)}; firstbest serve does that first"
                typer.echo(said, err=True)
            elif folded_by_others(source):
                typer.echo("its first ticks were folded by another version: what that added may be all of it", err=True)
            raise typer.Exit(1)
        if not seals_only:
            typer.echo("Every table is what the facts come to.")


def folded_by_others(book: SqlBook) -> bool:
    """Whether another version of the code than this sealed the first tick: a column that came since is 0 until then."""
    from firstbest.run.world import code_digest

    envelope = book.sealed(0).beside_envelope
    return envelope is not None and envelope.code != code_digest()


@contextmanager
def told() -> Iterator[None]:
    """Turn a fault of the book into words and exit code 2."""
    from firstbest.store.book_live import BookError

    try:
        yield
    except BookError as fault:
        raise stop(str(fault)) from None


@contextmanager
def opened(folder: Path, book: str | None) -> Iterator[SqlBook]:
    """The workspace's book, as it is; none is made."""
    from firstbest.store.book_open import SCHEMES, open_book

    require_folder(folder)
    where = book or str(folder / KEPT)
    if not where.startswith(SCHEMES) and not Path(where).is_file():
        raise stop(f"expected a book, found nothing at '{where}'; firstbest serve {folder} makes one")
    with open_book(where) as found:
        yield found


@contextmanager
def made(where: str) -> Iterator[SqlBook]:
    """A new book, held against other writers while it is filled."""
    from firstbest.store.book_open import open_book

    with open_book(where) as book:
        if not book.claim("firstbest book", ""):
            raise stop(f"'{where}' has a writer; stop its service first")
        yield book
        book.release()


def networks_of(folder: Path, book: SqlBook) -> tuple[Network, dict[bytes, Network]]:
    """The network with which a book began, and all that held since by their digest.

    A house keeps them in its book, whatever was edited in the folder meanwhile; another book has the folder's.
    """
    from firstbest.run.open import kept_of, worlds_of
    from firstbest.store.compile_network import compile_network
    from firstbest.store.workspace import load

    with faults_told(folder):
        if kept_of(book) is not None:
            phases = worlds_of(book)
            return phases[0].world.network, {phase.world.policy: phase.world.network for phase in phases}
        network, _ = compile_network(load(folder))
    return network, {}


def code_of(tenant: str | None, sellers: tuple[str, ...]) -> int | None:
    """A seller's code by its name."""
    if tenant is None:
        return None
    if tenant not in sellers:
        raise stop(f"expected a seller of the workspace ({', '.join(sellers)}), found '{tenant}'")
    return sellers.index(tenant)
