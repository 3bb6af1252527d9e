"""Operations that must ask another service before they can answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from emulator.operations.call import Members

T = TypeVar("T")


def answer_after(
    question: Coroutine[Any, Any, T] | None, answer: Callable[[T | None], Members]
) -> Members | asyncio.Future[Members]:
    """What `answer` returns for what the question finds out; at once, for None, where there is no question.

    While the question is asked other calls are served: `answer` checks again whatever they may have changed.
    """
    if question is None:
        return answer(None)
    return asyncio.ensure_future(_ask(question, answer))


async def _ask(question: Coroutine[Any, Any, T], answer: Callable[[T | None], Members]) -> Members:
    return answer(await question)
