"""The closed lists: stored words and the Spanish that people read."""

import inspect
import pickle

import pytest

from eventos.kernel import vocabulary
from eventos.kernel.vocabulary import DocumentType, Modality, RegistrationState, Source, Word

LISTS = [each for _, each in inspect.getmembers(vocabulary, inspect.isclass) if issubclass(each, Word) and each is not Word]


@pytest.mark.parametrize("words", LISTS)
def test_every_word_has_a_label_of_its_own(words: type[Word]) -> None:
    labels = [word.label for word in words]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert words.choices() == [(word.value, word.label) for word in words]


@pytest.mark.parametrize("words", LISTS)
def test_a_word_is_its_stored_value_and_survives_pickling(words: type[Word]) -> None:
    for word in words:
        assert words(word.value) is word
        assert f"{word}" == word.value
        assert word.value.isascii()
        assert pickle.loads(pickle.dumps(word)) is word  # noqa: S301  # our own bytes


def test_values_are_those_the_house_agreed_on() -> None:
    assert Modality.choices() == [("virtual", "Virtual"), ("presencial", "Presencial"), ("hibrida", "Híbrida")]
    states = ["Inscrita", "En lista de espera", "Cupo ofrecido", "Falta su autorización", "Por aprobar", "No aprobada", "Cancelada"]
    assert [word.label for word in RegistrationState] == states
    assert list(DocumentType) == ["CC", "CE", "TI", "RC", "PA", "PPT", "PEP", "NIT"]
    assert Source.IMPORT == "import"


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError):
        Modality("hybrid")
