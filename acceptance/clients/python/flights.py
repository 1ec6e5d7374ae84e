"""Writes lines `key TAB value` into a topic, or reads a topic in a consumer group into lines
`partition TAB offset TAB key TAB value`.

    flights.py write BOOTSTRAP TOPIC FILE
    flights.py read BOOTSTRAP TOPIC GROUP COUNT FILE
"""
import sys
import time

from confluent_kafka import Consumer, Producer


def write(bootstrap, topic, file):
    failures = []

    def delivered(error, _message):
        if error is not None:
            failures.append(error)

    producer = Producer({
        "bootstrap.servers": bootstrap,
        "enable.idempotence": True,
        "compression.type": "lz4",
        "linger.ms": 5,
    })
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            key, value = line.rstrip("\n").split("\t", 1)
            producer.produce(topic, key=key, value=value, on_delivery=delivered)
            producer.poll(0)
    left = producer.flush(60)
    if failures or left:
        sys.exit(f"{left} not delivered, failures: {failures[:3]}")


def read(bootstrap, topic, group, count, file):
    consumer = Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    })
    consumer.subscribe([topic])
    deadline = time.monotonic() + 60
    left = int(count)
    with open(file, "w", encoding="utf-8") as out:
        while left > 0:
            if time.monotonic() > deadline:
                sys.exit(f"{left} of {count} not read in 60 s")
            for message in consumer.consume(500, 0.5):
                if message.error():
                    sys.exit(str(message.error()))
                out.write(f"{message.partition()}\t{message.offset()}\t"
                          f"{message.key().decode()}\t{message.value().decode()}\n")
                left -= 1
    consumer.commit(asynchronous=False)
    consumer.close()


{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
