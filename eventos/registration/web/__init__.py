"""The doors of registration: public (form, receipt), personal (link, ticket), staff (import)."""

from eventos.registration.web import (
    admission,
    answers,
    answers_of,
    by_hand,
    data_of,
    group,
    importing,
    invited,
    my_events,
    personal,
    public,
    questions,
    reissue,
    standing,
)

DOORS = (
    public.door,
    public.public,
    personal.door,
    personal.ticket_door,
    importing.door,
    admission.door,
    group.door,
    invited.door,
    my_events.door,
    my_events.mine,
    questions.door,
)
NOTICES = (
    personal.NOTICES
    | answers.NOTICES
    | importing.NOTICES
    | admission.NOTICES
    | questions.NOTICES
    | answers_of.NOTICES
    | standing.NOTICES
    | data_of.NOTICES
    | by_hand.NOTICES
    | reissue.NOTICES
)
START = (invited.keep_private,)
