package softadastra.store;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a run of the model test has covered, by name. Not thread-safe. */
final class ModelCounts {

    private final TreeMap<String, Long> counts = new TreeMap<>();

    void count(String name) {
        count(name, 1);
    }

    void count(String name, long many) {
        if (many > 0) {
            counts.merge(name, many, Long::sum);
        }
    }

    void add(Map<String, Long> others) {
        others.forEach(this::count);
    }

    long of(String name) {
        return counts.getOrDefault(name, 0L);
    }

    Map<String, Long> all() {
        return Map.copyOf(counts);
    }

    /** A line to be printed. */
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(count -> String.format(Locale.ROOT, "%s %,d", count.getKey(), count.getValue()))
                .collect(Collectors.joining(", "));
    }
}
