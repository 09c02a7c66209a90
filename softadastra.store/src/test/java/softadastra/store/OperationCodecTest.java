package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;

class OperationCodecTest {

    private static final List<Operation> OPERATIONS = List.of(
            Operation.put(Key.of("user:1"), Value.fromString("Gaspard")),
            Operation.update(Key.of("k"), Value.of(new byte[0])),
            Operation.put(Key.of("\ud83d\ude00"), Value.of(new byte[300])),
            Operation.delete(Key.of("user:1")));

    @Test
    void everyOperationComesBack() {
        for (Operation operation : OPERATIONS) {
            byte[] bytes = OperationEncoder.encode(operation).value();
            assertEquals(operation, OperationDecoder.decode(bytes).value());
        }
    }

    @Test
    void theFormIsWhatItWas() {
        List<String> golden = List.of("010106757365723a310747617370617264", "0102016b00", "010306757365723a31");
        List<Operation> operations = List.of(OPERATIONS.get(0), OPERATIONS.get(1), OPERATIONS.get(3));
        for (int i = 0; i < golden.size(); i++) {
            byte[] bytes = OperationEncoder.encode(operations.get(i)).value();
            assertEquals(golden.get(i), HexFormat.of().formatHex(bytes));
        }
    }

    @Test
    void noTruncationAndNothingLeftOver() {
        for (Operation operation : OPERATIONS) {
            byte[] bytes = OperationEncoder.encode(operation).value();
            for (int length = 0; length < bytes.length; length++) {
                Result<Operation> decoded = OperationDecoder.decode(Arrays.copyOf(bytes, length));
                assertEquals(ErrorCode.DECODE_FAILED, decoded.error().code());
                assertTrue(decoded.error().message().startsWith("failed to decode operation: "));
            }
            assertEquals(
                    ErrorCode.DECODE_FAILED,
                    OperationDecoder.decode(Arrays.copyOf(bytes, bytes.length + 1))
                            .error()
                            .code());
        }
    }

    @Test
    void flippedBitNeverGivesAnOperationWithAnotherEncoding() {
        for (Operation operation : OPERATIONS) {
            byte[] bytes = OperationEncoder.encode(operation).value();
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] flipped = bytes.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Result<Operation> decoded = OperationDecoder.decode(flipped);
                if (decoded.isOk()) {
                    assertArrayEquals(
                            flipped, OperationEncoder.encode(decoded.value()).value(), "bit " + bit);
                }
            }
        }
    }

    @Test
    void newerVersionsAndFeaturesAreRefusedAsSuch() {
        byte[] bytes = OperationEncoder.encode(OPERATIONS.get(0)).value();
        for (int head : new int[] {0x00, 0x02, 0x11}) {
            bytes[0] = (byte) head;
            assertEquals(
                    ErrorCode.UNSUPPORTED_VERSION,
                    OperationDecoder.decode(bytes).error().code());
        }
    }

    @Test
    void whatNoStoreTakesIsNotEncoded() {
        List<Operation> operations = List.of(
                Operation.delete(Key.of("")),
                Operation.delete(Key.of("\ud800")),
                Operation.put(Key.of("k"), Value.fromString("\ud800")),
                Operation.put(Key.of("k".repeat(Key.MAX_BYTES + 1)), Value.fromString("v")));
        for (Operation operation : operations) {
            assertEquals(
                    ErrorCode.ENCODE_FAILED,
                    OperationEncoder.encode(operation).error().code());
        }
        assertEquals(
                "failed to encode operation: key is empty",
                OperationEncoder.encode(operations.get(0)).error().message());
    }

    @Test
    void onlyDeletionsHaveNoValue() {
        Optional<Value> value = Optional.of(Value.fromString("v"));
        assertThrows(SoftadastraException.class, () -> new Operation(OperationType.DELETE, Key.of("k"), value));
        assertThrows(SoftadastraException.class, () -> new Operation(OperationType.PUT, Key.of("k"), Optional.empty()));
    }
}
