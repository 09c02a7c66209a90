package softadastra.cli.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.MalformedDataException;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/** Does what the requests of one connection ask of a node, and answers them. */
final class RequestHandler {
    /** Items go together up to so many bytes: a long answer is few frames, and its first items come soon. */
    private static final int ITEM_BYTES = 64 << 10;

    /** So long a node that stops waits for one that waits, and so long a thread waits for one that has left. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final Node node;
    private final Connection connection;
    private final ByteWriter out = new ByteWriter();

    RequestHandler(Node node, Connection connection) {
        this.node = node;
        this.connection = connection;
    }

    /** Does one request, and answers it. */
    void handle(byte[] frame) throws IOException {
        try {
            ByteReader in = new ByteReader(frame);
            handle(Request.of(in.readByte()), in);
            return;
        } catch (SoftadastraException e) {
            fail(e.error());
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        } catch (MalformedDataException e) {
            fail(e.toError("failed to decode request"));
        } catch (RuntimeException e) {
            fail(SoftadastraError.of(ErrorCode.INVALID_STATE, "internal error of the node that runs: " + e));
        }
        connection.send(out);
    }

    private void fail(SoftadastraError error) {
        out.reset();
        out.writeByte(Answer.FAILED);
        Wire.writeError(out, error);
    }

    private void handle(Request request, ByteReader in) {
        switch (request) {
            case GET -> {
                var entry = node.get(StoreWire.readKey(in));
                done(to -> Wire.writeOptional(to, entry, StoreWire::writeEntry));
            }
            case SCAN -> {
                EntryQuery query = StoreWire.readQuery(in);
                beginItems();
                node.scan(query, entry -> item(to -> StoreWire.writeEntry(to, entry, query.keysOnly())));
                endItems();
            }
            case CONFLICTS -> {
                beginItems();
                node.conflicts().orElseThrow().forEach(each -> item(to -> SyncWire.writeUnresolved(to, each)));
                endItems();
            }
            case PUT -> {
                var result = node.put(StoreWire.readKey(in), StoreWire.readValue(in), StoreWire.readCondition(in));
                done(result, (to, done) -> StoreWire.writeConditional(to, done, StoreWire::writePut));
            }
            case REMOVE -> {
                var result = node.remove(StoreWire.readKey(in), StoreWire.readCondition(in));
                done(result, (to, done) -> StoreWire.writeConditional(to, done, StoreWire::writeRemove));
            }
            case WRITE -> done(node.write(StoreWire.readBatch(in)), StoreWire::writeBatchResult);
            case CHECKPOINT -> done(node.checkpoint(), StoreWire::writeCheckpoint);
            case REPORT -> done(node.report(), SyncWire::writeReport);
            case AWAIT_SYNCED -> {
                Duration asked = Duration.ofMillis(in.readVarint(Long.MAX_VALUE));
                done(node.awaitSynced(asked.compareTo(LONGEST_WAIT) < 0 ? asked : LONGEST_WAIT), SyncWire::writeReport);
            }
            case TICK -> done(node.tick(), SyncWire::writeTick);
            case FAILED -> {
                beginItems();
                node.failed().orElseThrow().forEach(each -> item(to -> SyncWire.writeFailed(to, each)));
                endItems();
            }
            case RETRY -> done(node.retry(SyncWire.readId(in)), (to, unit) -> {});
            case DISCARD -> done(node.discard(SyncWire.readId(in)), (to, unit) -> {});
            case FORGET -> done(node.forget(SyncWire.readNode(in)), (to, unit) -> {});
            case LEAVE -> done(node.leave(Wire.readFlag(in)), ByteWriter::writeVarint);
            case RESOLVE -> {
                var taken = node.resolve(
                        StoreWire.readKey(in), Wire.readOptional(in, StoreWire::readValue), Wire.readOptionalLong(in));
                done(taken, (to, count) -> to.writeVarint(count));
            }
        }
    }

    private <T> void done(Result<T> result, BiConsumer<ByteWriter, T> writer) {
        T value = result.orElseThrow();
        done(to -> writer.accept(to, value));
    }

    private void done(Consumer<ByteWriter> writer) {
        out.reset();
        out.writeByte(Answer.DONE);
        writer.accept(out);
        send();
    }

    private void beginItems() {
        out.reset();
        out.writeByte(Answer.ITEMS);
    }

    private void item(Consumer<ByteWriter> writer) {
        writer.accept(out);
        if (out.length() >= ITEM_BYTES) {
            send();
            beginItems();
        }
    }

    private void endItems() {
        send();
        done(to -> {});
    }

    private void send() {
        try {
            connection.send(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
