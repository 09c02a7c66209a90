package softadastra.transport.http;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import softadastra.core.Result;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportLink;

/** All that call: one for each configured address, and one for each that was found since. On the loop. */
final class Callers {

    /** Of more addresses than these the first ones are called: somebody may make up any number of them. */
    static final int MAX_FOUND = 256;

    private final Caller.Shared shared;
    private final Optional<SSLContext> tls;
    private final boolean hasToken;
    private final Function<Target, Optional<SSLEngine>> engines;
    private final List<Caller> configured = new ArrayList<>();
    private final Set<Address> there;
    private final TreeMap<String, Caller> found = new TreeMap<>();

    /** Addresses that were found and are none, and why. */
    private final TreeMap<String, String> refused = new TreeMap<>();

    /** Whom to call, and what to show who one is with where that takes TLS. */
    record Target(Address address, Optional<SSLContext> tls) {}

    Callers(
            Caller.Shared shared,
            TransportConfig config,
            List<Address> peers,
            Function<Target, Optional<SSLEngine>> engines) {
        this.shared = shared;
        this.tls = config.tls();
        this.hasToken = config.token().isPresent();
        this.engines = engines;
        this.there = new HashSet<>(peers);
        for (int i = 0; i < peers.size(); i++) {
            configured.add(caller(config.peers().get(i), new Target(peers.get(i), tls)));
        }
    }

    private Caller caller(String text, Target target) {
        return new Caller(shared, text, target.address(), () -> engines.apply(target));
    }

    /** Calls what was found, and no longer what was found before and is not there any more. */
    void find(Collection<String> addresses) {
        List<String> wanted =
                addresses.stream().distinct().sorted().limit(MAX_FOUND).toList();
        refused.clear();
        List<String> gone =
                found.keySet().stream().filter(text -> !wanted.contains(text)).toList();
        gone.forEach(text -> Optional.ofNullable(found.remove(text)).ifPresent(Caller::close));
        for (String text : wanted) {
            if (!found.containsKey(text)) {
                add(text);
            }
        }
    }

    private void add(String text) {
        Result<Address> address = Address.peer(text);
        if (address.isErr()) {
            refused.put(text, address.error().message());
            return;
        }
        if (there.contains(address.value())) {
            return;
        }
        Optional<String> untrusted = untrusted(address.value());
        if (untrusted.isPresent()) {
            refused.put(text, untrusted.get());
            return;
        }
        try {
            Optional<SSLContext> trusted =
                    tls.isPresent() || !address.value().tls() ? tls : Optional.of(SSLContext.getDefault());
            Caller caller = caller(text, new Target(address.value(), trusted));
            found.put(text, caller);
            caller.start();
        } catch (NoSuchAlgorithmException e) {
            refused.put(text, "this JVM has no certificates that it trusts");
        }
    }

    /** Why an address is not called: anybody may have it found, and is to show who it is before it learns anything. */
    private Optional<String> untrusted(Address address) {
        if (!hasToken) {
            return Optional.of("a node that was found is called with a token only");
        }
        return tls.isPresent() && !address.tls()
                ? Optional.of("a node that was found is not called without TLS by one that has certificates")
                : Optional.empty();
    }

    void start() {
        configured.forEach(Caller::start);
    }

    void roomAgain() {
        all().forEach(Caller::roomAgain);
    }

    void close() {
        all().forEach(Caller::close);
    }

    private Stream<Caller> all() {
        return Stream.concat(configured.stream(), found.values().stream());
    }

    /** The ways there should be. */
    List<TransportLink> links() {
        List<TransportLink> links = new ArrayList<>(all().map(Caller::link).toList());
        for (Map.Entry<String, String> each : refused.entrySet()) {
            links.add(new TransportLink(each.getKey(), Optional.empty(), false, Optional.of(each.getValue())));
        }
        return links;
    }
}
