import json
import logging
import sys

logging.getLogger().setLevel(logging.DEBUG)


def handler(event, context):
    for how, text in event["write"]:
        if how == "print":
            print(text)
        elif how == "stderr":
            print(text, file=sys.stderr)
        elif how == "json":
            print(json.dumps(text))
        elif how == "exception":
            try:
                raise ValueError(text)
            except ValueError:
                logging.exception("caught")
        elif how == "extra":
            logging.getLogger("orders").info("with extra", extra=text)
        else:
            getattr(logging, how)(text)
    if event.get("fail"):
        raise RuntimeError(event["fail"])
