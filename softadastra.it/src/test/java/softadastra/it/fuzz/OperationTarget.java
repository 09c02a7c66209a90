package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Operation;
import softadastra.store.OperationDecoder;
import softadastra.store.OperationEncoder;
import softadastra.store.OperationRecord;

/** Bytes that decode to an operation, or to the record of one, are the one encoding which that has. */
final class OperationTarget implements FuzzTarget.Body {

    private static final int TYPES = 4;

    private static final NodeId NODE = NodeId.of("laptop").orElseThrow();

    @Override
    public void accept(FuzzInput input) {
        int type = input.next() % TYPES;
        if (type == 0) {
            operation(input.rest());
        } else {
            record(type, HybridTimestamp.ofPacked(input.nextLong()), input.rest());
        }
    }

    private static void operation(byte[] bytes) {
        Result<Operation> operation = OperationDecoder.decode(bytes);
        if (operation.isOk()) {
            assertArrayEquals(bytes, OperationEncoder.encode(operation.value()).orElseThrow());
        } else {
            Refusals.requireExpected(operation.error());
        }
    }

    private static void record(int type, HybridTimestamp timestamp, byte[] payload) {
        Result<OperationRecord> record = OperationRecord.decode(type, timestamp, payload, NODE);
        if (record.isOk()) {
            assertArrayEquals(payload, record.value().encode(timestamp).orElseThrow());
        } else {
            Refusals.requireExpected(record.error());
        }
    }
}
