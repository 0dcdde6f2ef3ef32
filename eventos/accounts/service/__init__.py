"""The verbs of accounts: sign in and out, invite, accept, reset, deactivate, second step."""

from eventos.accounts.service.api_tokens import make_api_token, revoke_api_token, see_api_token
from eventos.accounts.service.links import (
    DeadLink,
    LinkMail,
    accept_invitation,
    become_first_admin,
    count_bad_link,
    first_admin_link,
    link_for_mail,
    open_link,
    request_reset,
    reset_password,
)
from eventos.accounts.service.members import (
    change_password,
    change_role,
    create_admin,
    deactivate,
    invite,
    invite_again,
    reactivate,
    rename,
    reset_second_step,
)
from eventos.accounts.service.passwords import PasswordHash, hash_password, matches
from eventos.accounts.service.sessions import end_all, end_session, see_session, start_session
from eventos.accounts.service.sign_in import Attempt, Verdict, begin_sign_in, check, finish_sign_in, own_password_hash
from eventos.accounts.service.totp import begin_totp, confirm_totp, disable_totp, pending_totp

__all__ = [
    "Attempt",
    "DeadLink",
    "LinkMail",
    "PasswordHash",
    "Verdict",
    "accept_invitation",
    "become_first_admin",
    "begin_sign_in",
    "begin_totp",
    "change_password",
    "change_role",
    "check",
    "confirm_totp",
    "count_bad_link",
    "create_admin",
    "deactivate",
    "disable_totp",
    "end_all",
    "end_session",
    "finish_sign_in",
    "first_admin_link",
    "hash_password",
    "invite",
    "invite_again",
    "link_for_mail",
    "make_api_token",
    "matches",
    "open_link",
    "own_password_hash",
    "pending_totp",
    "reactivate",
    "rename",
    "request_reset",
    "reset_password",
    "reset_second_step",
    "revoke_api_token",
    "see_api_token",
    "see_session",
    "start_session",
]
