package softadastra.sync;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import softadastra.store.Key;
import softadastra.store.Value;

/** The policies of a simulation, by the first letter of its keys. */
final class SimulationPolicies {

    static final Policies.Lookup ALL = Policies.NONE
            .with("m", ConflictPolicy.MANUAL)
            .with("u", ConflictPolicy.merging(SimulationPolicies::merge))
            .with("y", ConflictPolicy.MANUAL)
            .with("z", ConflictPolicy.merging(SimulationPolicies::merge))
            .with("l", ConflictPolicy.KEEP_LOCAL)
            .with("r", ConflictPolicy.KEEP_REMOTE)
            .lookup();

    static final List<Key> KEYS = Stream.of(
                    "k0", "k1", "k2", "k3", "k4", "m0", "m1", "u0", "u1", "l0", "r0", "x0", "x1", "y0", "z0")
            .map(Key::of)
            .toList();

    private SimulationPolicies() {}

    static Key key(SplittableRandom random) {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    /** Nodes that hold the same show the same under such a key. */
    static boolean converges(Key key) {
        return ALL.of(key).converges() && !SimulationRejections.mayReject(key);
    }

    /** Depends on the order, which is the same everywhere; and takes the value away now and then. */
    private static Optional<Value> merge(Key key, List<Value> values) {
        byte[] merged = new byte[values.size() + 2];
        for (int i = 0; i < values.size(); i++) {
            merged[i] = values.get(i).bytes()[0];
        }
        merged[values.size()] = (byte) key.length();
        return merged[0] % 7 == 0 ? Optional.empty() : Optional.of(Value.of(merged));
    }
}
