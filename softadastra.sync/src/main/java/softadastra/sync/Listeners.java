package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** Those who are told what happens at an engine. Thread-safe. */
final class Listeners {

    private final List<SyncListener> all = new CopyOnWriteArrayList<>();

    void add(SyncListener listener) {
        all.add(Objects.requireNonNull(listener, "listener"));
    }

    /** What has happened that nobody was told of, each of it once. Within a turn only. */
    static List<SyncEvent> news(Exchange exchange) {
        List<SyncEvent> news = new ArrayList<>();
        exchange.conflicts().tell().forEach(each -> news.add(new SyncEvent.ConflictDecided(each)));
        exchange.conflicts().tellDropped().ifPresent(news::add);
        exchange.rejecting().tell().forEach(each -> news.add(new SyncEvent.OperationFailed(each)));
        exchange.rejecting().tellDropped().ifPresent(news::add);
        exchange.antiEntropy().tell().forEach(each -> news.add(new SyncEvent.ContentsDiverged(each)));
        news.addAll(exchange.clocks().tell());
        news.addAll(exchange.forks().tell());
        news.addAll(exchange.tellOfMembers());
        return news;
    }

    /**
     * Tells them. Without a turn: what a listener does must not hold up who has a question. What one throws is the caller's, once everybody
     * has been told everything: nothing is told twice.
     */
    void tell(List<SyncEvent> news) {
        Throwable thrown = null;
        for (SyncEvent event : news) {
            for (SyncListener listener : all) {
                try {
                    listener.happened(event);
                } catch (RuntimeException | Error e) {
                    if (thrown == null) {
                        thrown = e;
                    } else if (thrown != e) {
                        thrown.addSuppressed(e);
                    }
                }
            }
        }
        if (thrown instanceof Error error) {
            throw error;
        } else if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }
}
