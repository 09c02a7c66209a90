import org.jspecify.annotations.NullMarked;

/** Sync over HTTP/1.1 and TLS, with nothing but the JDK. */
@NullMarked
module softadastra.transport.http {
    requires static org.jspecify;
    requires softadastra.sync;

    provides softadastra.sync.SyncTransportProvider with
            softadastra.transport.http.HttpTransportProvider;
}
