package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import softadastra.core.NodeId;
import softadastra.store.Origin;

/** A vector does what a sorted map of counters does. */
class VectorTest {

    private static final int RUNS = 2_000;

    private final SplittableRandom random = new SplittableRandom(7);
    private final List<Origin> origins = new ArrayList<>();

    VectorTest() {
        for (int i = 0; i < 12; i++) {
            origins.add(new Origin(NodeId.of("n" + i % 5).orElseThrow(), random.nextLong()));
        }
    }

    private Origin origin() {
        Origin one = origins.get(random.nextInt(origins.size()));
        // An equal one, and not the same.
        return new Origin(new NodeId(one.node().value()), one.epoch());
    }

    private Map<Origin, Long> counters() {
        TreeMap<Origin, Long> counters = new TreeMap<>();
        for (int i = random.nextInt(9); i > 0; i--) {
            counters.put(origin(), 1 + random.nextLong(4));
        }
        return counters;
    }

    @Test
    void itIsRaisedAndLoweredAsAMap() {
        for (int run = 0; run < RUNS; run++) {
            TreeMap<Origin, Long> model = new TreeMap<>(counters());
            Vector vector = new Vector(model);
            for (int i = 0; i < 10; i++) {
                Origin origin = origin();
                long counter = random.nextLong(4);
                if (random.nextBoolean()) {
                    vector.raise(origin, counter + 1);
                    model.merge(origin, counter + 1, Math::max);
                } else {
                    vector.lower(origin, counter);
                    model.put(origin, counter);
                    model.values().removeIf(each -> each == 0);
                }
                assertEquals(model, vector.counters());
                assertEquals(new Vector(model), vector);
                assertEquals(List.copyOf(model.keySet()), vector.origins());
                origins.forEach(each -> assertEquals(model.getOrDefault(each, 0L), vector.counter(each)));
            }
        }
    }

    @Test
    void twoAreMergedAndComparedAsMaps() {
        for (int run = 0; run < RUNS; run++) {
            TreeMap<Origin, Long> one = new TreeMap<>(counters());
            TreeMap<Origin, Long> other = new TreeMap<>(counters());
            Vector vector = new Vector(one);
            Vector second = new Vector(other);
            boolean includes =
                    other.entrySet().stream().allMatch(each -> one.getOrDefault(each.getKey(), 0L) >= each.getValue());
            assertEquals(includes, vector.includes(second));
            assertEquals(includes, vector.includes(second.toContext()));
            assertEquals(one.equals(other), vector.equals(second));
            assertEquals(
                    one.entrySet().stream()
                            .mapToLong(each -> Math.max(0, each.getValue() - other.getOrDefault(each.getKey(), 0L)))
                            .sum(),
                    vector.beyond(second));

            TreeMap<Origin, Long> least = new TreeMap<>(one);
            least.keySet().retainAll(other.keySet());
            least.replaceAll((origin, counter) -> Math.min(counter, other.getOrDefault(origin, 0L)));
            assertEquals(least, vector.leastOf(second).counters());

            Vector before = vector.copy();
            assertEquals(!includes, vector.merge(second));
            TreeMap<Origin, Long> all = new TreeMap<>(one);
            other.forEach((origin, counter) -> all.merge(origin, counter, Math::max));
            assertEquals(all, vector.counters());
            assertEquals(one, before.counters());
            assertEquals(other, second.counters());
        }
    }
}
