"""Sending a report by e-mail."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from dialer.settings import MailSettings
from domain.errors import EnvironmentFault, InputError

ANSWER_S = 30.0


def send_mail(mail: MailSettings, to: str, subject: str, file: bytes, name: str, media_type: str) -> None:
    """A message with one file. InputError without a mail server, EnvironmentFault when it does not take it."""
    if not mail.host:
        raise InputError(
            "there is no mail server", where="DOZVON_MAIL__HOST", remedy="set it, or name a folder"
        )
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, to, subject
    message.set_content(subject)
    main, _, sub = media_type.partition(";")[0].partition("/")
    message.add_attachment(file, maintype=main, subtype=sub, filename=name)
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=ANSWER_S) as server:
            if mail.tls:
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.password.get_secret_value())
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        where, what = f"{mail.host}:{mail.port}", f"the mail server did not take it ({error})"
        raise EnvironmentFault(what, where=where, remedy="look into DOZVON_MAIL__*") from error
