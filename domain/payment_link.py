"""Payment links: what a debtor sees who opens one, and the text of the code by which banks' apps pay.

Who has the link sees sums and account numbers, so it says no name, no address and no phone of his.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

LASTS = timedelta(days=30)
"""How long a link can be opened: the sum on it is always today's."""

NAME_LENGTH, BANK_LENGTH, PURPOSE_LENGTH = 160, 45, 210


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid: the creditor's name and bank account, as GOST R 56042-2014 asks for them. ``url`` is a page where
    one can pay by card; {account} and {roubles} in it are filled.
    """

    name: str
    account: str
    bank: str
    bic: str
    correspondent: str = "0"
    inn: str = ""
    kpp: str = ""
    url: str = ""


def qr_text(payee: Payee, debt_account: str, kopecks: int) -> str:
    """What the QR code says (GOST R 56042-2014, version 0001, UTF-8); the sum is in kopecks.

    A bar parts the fields, so none may hold one; the standard's lengths are kept by cutting.
    """
    return "|".join(("ST00012", *_fields(payee, debt_account, kopecks)))


def _fields(payee: Payee, debt_account: str, kopecks: int) -> Iterator[str]:
    told = {
        "Name": payee.name[:NAME_LENGTH],
        "PersonalAcc": payee.account,
        "BankName": payee.bank[:BANK_LENGTH],
        "BIC": payee.bic,
        "CorrespAcc": payee.correspondent,
        "PayeeINN": payee.inn,
        "KPP": payee.kpp,
        "Sum": str(kopecks),
        "PersAcc": debt_account,
        "Purpose": f"Оплата долга, лицевой счёт {debt_account}"[:PURPOSE_LENGTH],
    }
    for name, value in told.items():
        if value:
            yield f"{name}={value.replace('|', ' ')}"
