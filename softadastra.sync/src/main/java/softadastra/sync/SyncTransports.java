package softadastra.sync;

import java.util.Optional;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;

/** Finds the provider of a transport. */
final class SyncTransports {

    private static final ServiceFinder<SyncTransportProvider> FINDER = new ServiceFinder<>(
            SyncTransportProvider.class,
            "sync transport",
            "add the jar of softadastra.transport.http, or of another one, to the module path, or leave transport off",
            SyncTransportProvider::name);

    private SyncTransports() {}

    @CheckReturnValue
    static Result<SyncTransportProvider> find(SyncConfig config) {
        return FINDER.find(config.provider());
    }

    /** The choice itself, over any providers: the seam its tests use. */
    @CheckReturnValue
    static Result<SyncTransportProvider> find(Optional<String> name, Iterable<SyncTransportProvider> providers) {
        return FINDER.find(name, providers);
    }
}
