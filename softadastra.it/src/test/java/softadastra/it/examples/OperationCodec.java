package softadastra.it.examples;

import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationDecoder;
import softadastra.store.OperationEncoder;
import softadastra.store.Value;

/** The binary form of an operation, there and back. */
public final class OperationCodec {

    private OperationCodec() {}

    public static void main(String[] args) {
        Operation operation = Operation.put(Key.of("user:1"), Value.fromString("Gaspard"));
        byte[] bytes = OperationEncoder.encode(operation).orElseThrow();

        Operation decoded = OperationDecoder.decode(bytes).orElseThrow();
        System.out.println("Decoded operation type=" + decoded.type()
                + " key=" + decoded.key().asString()
                + " value=" + decoded.value().orElseThrow().asString());
    }
}
