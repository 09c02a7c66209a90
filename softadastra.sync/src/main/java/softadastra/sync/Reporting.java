package softadastra.sync;

import java.util.List;
import java.util.Optional;
import softadastra.core.SoftadastraError;
import softadastra.store.StoreEngine;

/**
 * Makes the report of an engine, from what there is of it. For one thread.
 *
 * @param store its store
 * @param ways its ways to others, if it has any
 * @param exchange its part in the exchange; empty where its log has never known anybody
 */
record Reporting(StoreEngine store, Optional<Ways> ways, Optional<Exchange> exchange) {

    SyncReport report(SyncState state, List<PeerState> peers, Optional<SoftadastraError> failure) {
        return new SyncReport(
                store.identity().node(),
                exchange.map(with -> with.self().epoch())
                        .orElse(store.identity().epoch()),
                ways.flatMap(Ways::address),
                store.size(),
                exchange.map(with -> with.stage().told()).orElse(SyncStage.TAKES_PART),
                state,
                peers,
                exchange.map(Exchange::openFences).orElse(List.of()),
                ways.map(Ways::links).orElse(List.of()),
                exchange.map(with -> (long) with.conflicts().size()).orElse(0L),
                exchange.map(with -> with.conflicts().dropped()).orElse(0L),
                exchange.map(Exchange::malformed).orElse(0L),
                exchange.flatMap(Exchange::malformedProblem),
                exchange.map(with -> with.clocks().count()).orElse(0L),
                exchange.map(with -> (long) with.forks().found().size()).orElse(0L),
                exchange.map(with -> with.subscriptions().own().told()).orElse(List.of()),
                failure);
    }
}
