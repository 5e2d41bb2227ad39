"""The one error that bad input raises, at every door."""


class BadInput(ValueError):
    """Input that cannot be used.

    where: the file and the place inside it (``log.csv, line 7, column arrived``).
    problem: what was found there.
    expected: what would have been right, so that the reader knows what to do next.
    """

    def __init__(self, where: str, problem: str, expected: str):
        super().__init__(where, problem, expected)
        self.where, self.problem, self.expected = where, problem, expected

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}\n  expected: {self.expected}"
