"""The text of a payment's QR code is what banks' apps read (GOST R 56042-2014)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.payment_link import Payee, qr_text

pytestmark = pytest.mark.unit

PAYEE = Payee(
    "АО «Теплосеть»", "40702810400000000001", "ПАО Банк", "044525225", "30101810400000000225", "7707083893"
)


def test_the_fields_come_in_the_standards_order_and_the_sum_in_kopecks() -> None:
    assert qr_text(PAYEE, "7000000010", 123_450) == (
        "ST00012|Name=АО «Теплосеть»|PersonalAcc=40702810400000000001|BankName=ПАО Банк|BIC=044525225"
        "|CorrespAcc=30101810400000000225|PayeeINN=7707083893|Sum=123450|PersAcc=7000000010"
        "|Purpose=Оплата долга, лицевой счёт 7000000010"
    )


def test_a_bar_in_a_value_makes_no_field_and_long_names_are_cut() -> None:
    said = qr_text(replace(PAYEE, name="А|Sum=1|" + "я" * 300), "1|Sum=5", 7)
    fields = said.split("|")
    assert [field for field in fields if field.startswith("Sum=")] == ["Sum=7"]
    assert len(fields[1]) == len("Name=") + 160
