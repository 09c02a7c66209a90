package softadastra.sync;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.StoreEngine;
import softadastra.store.Value;

/**
 * What a node of a simulation shows, of the keys that all who hold the same show the same of.
 *
 * @param text a text that is equal for equal contents: entries, and operations that stand beside each other
 * @param hasEarly whether something stands there that came before those it belongs to
 * @param sum what the node would tell others of it
 */
record SimulatedContents(String text, boolean hasEarly, long sum) {

    /** What a node shows, of all keys that it wants. */
    static SimulatedContents now(SimulatedNode node) {
        return of(node.store(), node.subscription()::matches);
    }

    /**
     * What a node shows.
     *
     * @param compared of which keys
     */
    static SimulatedContents of(StoreEngine store, Predicate<Key> compared) {
        StringBuilder text = new StringBuilder();
        store.entries()
                .filter(entry -> SimulationPolicies.converges(entry.key()) && compared.test(entry.key()))
                .forEach(entry -> {
                    text.append(entry.key()).append(' ').append(entry.version()).append(' ');
                    text.append(entry.timestamp().packed()).append(' ');
                    text.append(digest(entry.value())).append('\n');
                });
        CausalContext context = store.context();
        boolean[] early = new boolean[1];
        ContentSums sums = new ContentSums();
        long unused = store.replication()
                .standing(Optional.empty(), each -> {
                    early[0] |= !context.includes(each.id());
                    boolean isCompared = SimulationPolicies.converges(each.key()) && compared.test(each.key());
                    if (isCompared) {
                        sums.add(each);
                    }
                    if (each.contested() && isCompared) {
                        text.append(each.key()).append(' ').append(each.id()).append(' ');
                        text.append(each.value().map(SimulatedContents::digest)).append('\n');
                    }
                    return true;
                })
                .orElseThrow();
        return new SimulatedContents(text.toString(), early[0], sums.total());
    }

    private static String digest(Value value) {
        CRC32C crc = new CRC32C();
        crc.update(value.bytes());
        return value.length() + ":" + crc.getValue();
    }
}
