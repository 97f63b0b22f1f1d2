"""``dozvon strategy dry-run|explain``: what a strategy would do to a portfolio, and why it does what to one debtor."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dialer.cli.common import bailiffs_are_called, clock_of, open_books
from dialer.cli.console import bar, console, print_json, styled, warn
from dialer.cli.figures import share_bar
from dialer.cli.options import AsJson, DebtorKey, PortfolioName, PortfolioOfDebtor
from dialer.cli.script_named import known_scripts
from dialer.handlers.dry_run import SAMPLE, DryRun, Trial, dry_run
from dialer.handlers.explain import explain
from dialer.handlers.publish import review
from dialer.messages.stationery import stationery_of
from dialer.settings import load_settings, prices_of
from strategies.load import strategy_text
from strategies.steps import StepKind


def dry_run_file(
    file: Annotated[str, typer.Argument(help="The strategy's file, or the name of a shipped one.")],
    portfolio: PortfolioName,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many dates, from today on.")] = 7,
    sample: Annotated[int, typer.Option(min=100, max=10_000_000, help="Most debtors to try it on.")] = SAMPLE,
    all_steps: Annotated[
        bool, typer.Option("--all-steps", help="As if every kind of step had somebody who performs it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try a strategy on the portfolio as it is: who is in which segment, touches a day, cost, who is held back."""
    settings = load_settings()
    now = clock_of(settings).now()
    stationery = stationery_of(settings)
    called = bailiffs_are_called(settings)
    reviewed = review(*strategy_text(file), now, stationery, known_scripts(settings), bailiffs=called)
    for warning in () if as_json else reviewed.warnings:
        warn(str(warning))
    kinds = stationery.kinds | ({StepKind.BAILIFF.value} if called else frozenset())
    trial = Trial(reviewed.strategy, prices_of(settings), days, sample, settings.learn, all_steps, kinds)
    with open_books(settings) as books, books.read() as tx, bar("trying the strategy") as progress:
        found = dry_run(tx, trial, tx.portfolios.named(portfolio), now, progress)
    if as_json:
        print_json({**found.to_json(), "warnings": [str(warning) for warning in reviewed.warnings]})
    else:
        _show(found)


def explain_debtor(
    debtor: DebtorKey,
    portfolio: PortfolioOfDebtor = "",
    campaign: Annotated[str, typer.Option(help="Which campaign; the newest one if not told.")] = "",
    at: Annotated[
        str, typer.Option(help="A past time, e.g. 2026-03-10T10:42 (the debtor's own), or with an offset.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say why a debtor is called, or is not: segment, step, rules, phone, and when he may be touched next."""
    settings = load_settings()
    with open_books(settings) as books, books.read() as tx:
        now = clock_of(settings).now()
        found = explain(
            tx,
            debtor,
            portfolio=portfolio,
            campaign=campaign,
            at=at,
            settings=settings,
            now=now,
        )
    if as_json:
        print_json(found.to_json())
        return
    console.print(styled("[bold]{}[/]", found.answer), soft_wrap=True)
    table = Table(show_header=False)
    for what, words in found.lines():
        table.add_row(what, words)
    console.print(table)
    if found.past:
        console.print("facts such as sum, phones and tags are as today: their past is not kept")


def _show(found: DryRun) -> None:
    scope = f"all {found.debtors:,} debtors"
    if found.sampled < found.debtors:
        scope = f"a sample of {found.sampled:,} of {found.debtors:,} debtors; figures are estimates for all of them"
    console.print(styled("[bold]{}[/] on {}: {}", found.strategy, found.portfolio, scope), soft_wrap=True)
    console.print(_segments(found))
    console.print(_days(found))
    rules = ", ".join(f"{rule} {found.estimate(n):,}" for rule, n in found.held_back.most_common())
    console.print(
        f"held back by a rule at least once: {found.estimate(found.held_back_debtors):,} debtors"
        + (f" ({rules})" if rules else "")
    )
    console.print(f"no segment takes: {found.untaken:,} debtors")
    for step, count in found.asked.most_common():
        console.print(f"bailiffs are asked by {step}: about {found.estimate(count):,} debtors")
    for step, count in found.passed_over.most_common():
        console.print(
            styled("[yellow]nobody performs[/] {}: passed over for {:,} debtors", step, found.estimate(count))
        )
    learned = ", ".join(found.own_experience)
    console.print(f"outcomes drawn by {f'own experience over {learned}' if learned else 'the usual chances'}")


def _segments(found: DryRun) -> Table:
    table = Table("segment", "variant", "left alone because", "debtors", "share", title="Who is where")
    for place, count in found.places.most_common():
        share = count / found.sampled
        why = place.left_alone or ""
        table.add_row(place.segment, place.variant, why, f"{found.estimate(count):,}", share_bar(share))
    return table


def _days(found: DryRun) -> Table:
    table = Table("date", "channel", "touches", "roubles", title="Touches, as if there were channels enough")
    for (day, channel), count in sorted(found.touches.items()):
        cost = found.costs[day, channel] * found.weight
        table.add_row(day.isoformat(), channel, f"{found.estimate(count):,}", f"{cost:,.0f}")
    table.add_section()
    table.add_row("all", "", f"{found.estimate(found.touches.total()):,}", f"{found.cost:,.0f}")
    return table
