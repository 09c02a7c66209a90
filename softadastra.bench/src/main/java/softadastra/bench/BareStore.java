package softadastra.bench;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A map of the JDK with nothing around it: the limit. */
final class BareStore implements KeyValueStore {

    private final Map<String, byte[]> map;

    private BareStore(Map<String, byte[]> map) {
        this.map = map;
    }

    static BareStore hash() {
        return new BareStore(new ConcurrentHashMap<>());
    }

    static BareStore skipList() {
        return new BareStore(new ConcurrentSkipListMap<>());
    }

    @Override
    public String name() {
        return "bare `" + map.getClass().getSimpleName() + "`";
    }

    @Override
    public void put(RecordSource source) {
        map.put(source.key(), source.value().clone());
    }

    @Override
    public int get(Probe key) {
        byte[] value = map.get(key.text());
        return value == null ? -1 : value.length;
    }

    @Override
    public long scan(Probe prefix) {
        if (!(map instanceof NavigableMap<String, byte[]> ordered)) {
            throw new UnsupportedOperationException("a hash map has no order");
        }
        long length = 0;
        for (Map.Entry<String, byte[]> each :
                ordered.tailMap(prefix.text(), true).entrySet()) {
            if (!each.getKey().startsWith(prefix.text())) {
                break;
            }
            length += each.getValue().length;
        }
        return length;
    }

    @Override
    public void visit(PeerLog.Visitor visitor) {
        byte[] record = new byte[RecordSource.BYTES];
        new TreeMap<>(map).forEach((key, value) -> {
            RecordSource.join(key.getBytes(StandardCharsets.US_ASCII), value, record);
            visitor.accept(record, 0, record.length);
        });
    }

    @Override
    public void reopen() {}

    @Override
    public void close() {
        map.clear();
    }
}
