"""What can go wrong with a request to another system, in words that its owner understands."""


class OutboundFault(Exception):
    """A request brought no answer. `sentence` says why; `may_pass` whether another try can end otherwise."""

    may_pass = True

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Forbidden(OutboundFault):
    """The address is not one that may be called; nothing was sent."""

    may_pass = False


class Unreachable(OutboundFault):
    """The other system could not be found or connected to, or the connection broke."""


class TooSlow(OutboundFault):
    """The other system did not connect, take or answer in time."""


class BadAnswer(OutboundFault):
    """What came back is not an answer, or more of one than is read."""
