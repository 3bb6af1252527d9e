import threading
import time

done = threading.Event()


def work():
    time.sleep(0.05)
    done.set()


def handler(event, context):
    if event["action"] == "start":
        threading.Thread(target=work).start()
        return {"started": True}
    return {"done": done.wait(2)}
