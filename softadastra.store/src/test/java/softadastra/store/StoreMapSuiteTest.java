package softadastra.store;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.TestMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Guava's tests of the contracts of {@code Map} and {@code ConcurrentMap}, and of their collections, on {@link
 * StoreEngine#asMap()}: all that can be put and removed, in a known order, without null. It rightly lacks iterators that fail
 * when the map is changed, and serialization.
 */
class StoreMapSuiteTest {

    private final Stores stores = new Stores();

    @TestFactory
    Stream<DynamicNode> contractsOfMapHold() {
        return nodes(ConcurrentMapTestSuiteBuilder.using(stores)
                .named("map")
                .withFeatures(
                        MapFeature.GENERAL_PURPOSE,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.KNOWN_ORDER,
                        CollectionSize.ANY)
                .createTestSuite());
    }

    private Stream<DynamicNode> nodes(TestSuite suite) {
        return Collections.list(suite.tests()).stream().map(this::node);
    }

    private DynamicNode node(Test test) {
        return test instanceof TestSuite suite
                ? DynamicContainer.dynamicContainer(suite.getName(), nodes(suite))
                : DynamicTest.dynamicTest(test.toString(), () -> run((TestCase) test));
    }

    /** Runs a test, whose name a failure tells: reports name those of a factory by their number. */
    private void run(TestCase test) {
        try {
            test.runBare();
        } catch (Throwable e) {
            throw new AssertionError(test + ": " + e, e);
        } finally {
            stores.close();
        }
    }

    /** Makes maps, each of a store in memory. */
    private static final class Stores implements TestMapGenerator<Key, Value> {
        private final List<StoreEngine> open = new ArrayList<>();

        @Override
        public SampleElements<Map.Entry<Key, Value>> samples() {
            // Not in the order of their keys.
            return new SampleElements<>(
                    entry("m", "1"), entry("b", "2"), entry("x", "3"), entry("a", "4"), entry("q", "5"));
        }

        private static Map.Entry<Key, Value> entry(String key, String value) {
            return Map.entry(Key.of(key), Value.fromString(value));
        }

        @Override
        public Map<Key, Value> create(Object... elements) {
            StoreEngine store = StoreEngine.open(StoreConfig.memoryOnly().withAutoFlush(false))
                    .orElseThrow();
            open.add(store);
            Map<Key, Value> map = store.asMap();
            for (Object element : elements) {
                Map.Entry<?, ?> entry = (Map.Entry<?, ?>) element;
                map.put((Key) entry.getKey(), (Value) entry.getValue());
            }
            return map;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"}) // There are no arrays of a generic type.
        public Map.Entry<Key, Value>[] createArray(int length) {
            return new Map.Entry[length];
        }

        @Override
        public Key[] createKeyArray(int length) {
            return new Key[length];
        }

        @Override
        public Value[] createValueArray(int length) {
            return new Value[length];
        }

        @Override
        public Iterable<Map.Entry<Key, Value>> order(List<Map.Entry<Key, Value>> insertionOrder) {
            return insertionOrder.stream().sorted(Map.Entry.comparingByKey()).toList();
        }

        void close() {
            open.forEach(StoreEngine::close);
            open.clear();
        }
    }
}
