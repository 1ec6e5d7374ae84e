// Writes lines `key TAB value` into a topic, or reads a topic in a consumer group into lines
// `partition TAB offset TAB key TAB value`.
//
//   node flights.js write BOOTSTRAP TOPIC FILE
//   node flights.js read BOOTSTRAP TOPIC GROUP COUNT FILE
import { createWriteStream, readFileSync } from 'node:fs'
import { once } from 'node:events'
import kafkajs from 'kafkajs'

const { Kafka, CompressionTypes, logLevel } = kafkajs
const [action, bootstrap, topic, ...rest] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'flights', brokers: [bootstrap], logLevel: logLevel.ERROR })

async function write(file) {
  const messages = readFileSync(file, 'utf8').trimEnd().split('\n').map(line => {
    const tab = line.indexOf('\t')
    return { key: line.slice(0, tab), value: line.slice(tab + 1) }
  })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let i = 0; i < messages.length; i += 2000) {
    await producer.send({
      topic, acks: -1, compression: CompressionTypes.GZIP, messages: messages.slice(i, i + 2000),
    })
  }
  await producer.disconnect()
}

async function read(groupId, count, file) {
  const out = createWriteStream(file)
  const consumer = kafka.consumer({ groupId })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let left = Number(count)
  let finish
  const finished = new Promise(resolve => { finish = resolve })
  await consumer.run({
    eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary, heartbeat }) => {
      for (const message of batch.messages) {
        out.write(`${batch.partition}\t${message.offset}\t${message.key}\t${message.value}\n`)
        resolveOffset(message.offset)
        left--
      }
      await heartbeat()
      await commitOffsetsIfNecessary(
        { topics: [{ topic, partitions: [{ partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) }] }] })
      if (left <= 0) finish()
    },
  })
  await finished
  await consumer.disconnect()
  out.end()
  await once(out, 'finish')
}

await (action === 'write' ? write(...rest) : read(...rest))
