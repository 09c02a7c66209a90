package softadastra.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;

/**
 * The binary form of an {@link Outcome} within the record of its operation.
 *
 * <pre>
 * outcome = flags:u8  [floor:i64]  [count:varint  { node:utf8  epoch:i64  counter:varint } * count]  [merged]
 * merged  = shown:u8 (0 nothing, 1 a value)  version:varint  stamp:i64  value:bytes (shown)
 *
 * flags   : bit 0: floor; bit 1: standing, 2 operations or more; bit 2: merged
 * </pre>
 */
final class OutcomeCodec {

    private static final int FLOOR = 1;
    private static final int STANDING = 2;
    private static final int MERGED = 4;

    private OutcomeCodec() {}

    /** Whether an operation may have an effect and an outcome together. */
    static boolean agree(Effect effect, Outcome outcome) {
        return switch (effect) {
            case BESIDE -> !outcome.standing().isEmpty() && outcome.merged().isEmpty();
            case MERGED -> outcome.merged().isPresent();
            default -> outcome.standing().isEmpty();
        };
    }

    static void write(ByteWriter out, Outcome outcome) {
        List<OperationId> standing = outcome.standing();
        Optional<Outcome.Merged> merged = outcome.merged();
        int flags = outcome.floor().isPresent() ? FLOOR : 0;
        flags |= standing.isEmpty() ? 0 : STANDING;
        flags |= merged.isPresent() ? MERGED : 0;
        out.writeByte(flags);
        outcome.floor().ifPresent(floor -> out.writeLong(floor.packed()));
        if (!standing.isEmpty()) {
            out.writeVarint(standing.size());
            for (OperationId id : standing) {
                out.writeUtf8(id.node().value());
                out.writeLong(id.epoch());
                out.writeVarint(id.counter());
            }
        }
        merged.ifPresent(shown -> {
            out.writeByte(shown.value().isPresent() ? 1 : 0);
            out.writeVarint(shown.version());
            out.writeLong(shown.stamp().packed());
            shown.value().ifPresent(value -> out.writePrefixedBytes(value.array()));
        });
    }

    /**
     * Reads the outcome of an operation with an effect.
     *
     * @throws softadastra.core.MalformedDataException if it is none, or that effect has another one
     */
    static Outcome read(ByteReader in, Effect effect) {
        int position = in.position();
        int flags = in.readByte();
        if ((flags & ~(FLOOR | STANDING | MERGED)) != 0) {
            throw in.malformed("outcome with flags " + flags, position);
        }
        Optional<HybridTimestamp> floor =
                (flags & FLOOR) != 0 ? Optional.of(HybridTimestamp.ofPacked(in.readLong())) : Optional.empty();
        List<OperationId> standing = (flags & STANDING) != 0 ? readStanding(in) : List.of();
        Optional<Outcome.Merged> merged =
                (flags & MERGED) != 0 && !standing.isEmpty() ? Optional.of(readMerged(in)) : Optional.empty();
        Outcome outcome = new Outcome(floor, standing, merged);
        boolean whole = ((flags & MERGED) != 0) == merged.isPresent();
        if (!whole || !agree(effect, outcome) || (outcome.equals(Outcome.NONE) && effect != Effect.REJECTED)) {
            throw in.malformed("outcome with flags " + flags + " of an operation that is " + effect, position);
        }
        return outcome;
    }

    private static List<OperationId> readStanding(ByteReader in) {
        int position = in.position();
        int count = in.readCount();
        List<OperationId> standing = new ArrayList<>();
        Set<OperationId> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            OperationId id = readId(in);
            if (!seen.add(id)) {
                throw in.malformed("operation " + id + " stands beside itself", position);
            }
            standing.add(id);
        }
        if (count < 2) {
            throw in.malformed("operation that stands beside none", position);
        }
        return standing;
    }

    private static OperationId readId(ByteReader in) {
        int position = in.position();
        Result<NodeId> node = NodeId.of(in.readUtf8(NodeId.MAX_LENGTH));
        if (node.isErr()) {
            throw in.malformed(node.error().message(), position);
        }
        long epoch = in.readLong();
        return new OperationId(node.value(), epoch, readFromOne(in));
    }

    private static Outcome.Merged readMerged(ByteReader in) {
        int position = in.position();
        int shown = in.readByte();
        if (shown > 1) {
            throw in.malformed("merged value of kind " + shown, position);
        }
        long version = readFromOne(in);
        HybridTimestamp stamp = HybridTimestamp.ofPacked(in.readLong());
        Optional<Value> value =
                shown == 1 ? Optional.of(Value.wrap(in.readPrefixedBytes(Value.MAX_BYTES))) : Optional.empty();
        return new Outcome.Merged(value, version, stamp);
    }

    private static long readFromOne(ByteReader in) {
        int position = in.position();
        long number = in.readVarint(Long.MAX_VALUE);
        if (number < 1) {
            throw in.malformed("number is below 1", position);
        }
        return number;
    }
}
