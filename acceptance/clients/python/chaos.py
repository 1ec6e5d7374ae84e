"""librdkafka under faults. Prints what happened, a line each; ends when its standard input does.

    chaos.py write BOOTSTRAP TOPIC PARTITIONS NAME   a PARTITION VALUE OFFSET    acknowledged
                                                     f PARTITION VALUE ERROR     given up
                                                     s PARTITION WRITER COUNT    sent in all
    chaos.py read BOOTSTRAP TOPIC GROUP              b PARTITION POSITION        begins there
                                                     r PARTITION OFFSET VALUE    delivered
                                                     c PARTITION OFFSET          committed
"""
import select
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

MAX_PENDING = 5_000


def ended():
    return bool(select.select([sys.stdin], [], [], 0)[0]) and not sys.stdin.read(1)


def write(bootstrap, topic, partitions, name):
    """librdkafka before 2.3 gives up for good ("sequence desynchronization") where a request timed out or
    a connection ended and the leader has changed (its pull request 4438): then a writer of another
    name goes on.
    """
    for life in range(1, 1000):
        if write_on(bootstrap, topic, int(partitions), f"{name}{life}"):
            return


def write_on(bootstrap, topic, partitions, name):
    sent = [0] * partitions

    def delivered(error, message):
        if error is None:
            print("a", message.partition(), message.value().decode(), message.offset())
        else:
            print("f", message.partition(), message.value().decode(), str(error).replace("\n", " "))

    producer = Producer({
        "bootstrap.servers": bootstrap,
        "enable.idempotence": True,
        "acks": "all",
        "max.in.flight": 5,
        "linger.ms": 5,
        "message.timeout.ms": 600_000,
        "reconnect.backoff.max.ms": 500,
    })
    alive = True
    while alive and not ended():
        for partition in range(partitions):
            if len(producer) < MAX_PENDING:
                try:
                    producer.produce(topic, f"{name}:{sent[partition]}", partition=partition,
                                     on_delivery=delivered)
                    sent[partition] += 1
                except KafkaException as failure:
                    if failure.args[0].code() != KafkaError._FATAL:
                        raise
                    alive = False
        producer.poll(0.02)
        time.sleep(0.01)
    producer.flush(120)
    for partition, count in enumerate(sent):
        print("s", partition, name, count)
    return alive


def read(bootstrap, topic, group):
    consumer = Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "error",
        "enable.auto.commit": False,
        "session.timeout.ms": 8_000,
        "reconnect.backoff.max.ms": 500,
    })

    def assigned(consumer, partitions):
        while True:
            try:
                for start in consumer.committed(partitions, timeout=10):
                    print("b", start.partition, start.offset)
                return
            except KafkaException as failure:
                if not failure.args[0].retriable() and failure.args[0].code() not in (
                        KafkaError._TIMED_OUT, KafkaError._WAIT_COORD, KafkaError._TRANSPORT):
                    raise

    consumer.subscribe([topic], on_assign=assigned)
    while not ended():
        last = {}
        for message in consumer.consume(500, 0.2):
            if message.error():
                if message.error().code() == KafkaError._AUTO_OFFSET_RESET:
                    sys.exit(str(message.error()))
                continue
            print("r", message.partition(), message.offset(), message.value().decode())
            last[message.partition()] = message
        for message in last.values():
            try:
                for done in consumer.commit(message=message, asynchronous=False):
                    if done.error is None:
                        print("c", done.partition, done.offset)
            except KafkaException:
                pass  # Shuffled, or no coordinator: the records will come again.
    consumer.close()


sys.stdout.reconfigure(line_buffering=False)
{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
