package softadastra.transport.http;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import softadastra.core.Result;
import softadastra.sync.TransportConfig;
import softadastra.sync.TransportLink;

/** All that call: one for each configured address, and one for each that was found since. On the loop. */
final class Callers {

    /**
     * Of more addresses that may be called than these, those where somebody has answered are called, and then the first ones: somebody
     * may make up any number of them.
     */
    static final int MAX_FOUND = 256;

    private final Caller.Shared shared;
    private final Lookups lookups;
    private final Optional<SSLContext> tls;
    private final boolean hasToken;
    private final boolean onlyTls;
    private final Function<Target, Optional<SSLEngine>> engines;
    private final List<Caller> configured = new ArrayList<>();
    private final Set<Address> there;
    private final TreeMap<String, Caller> found = new TreeMap<>();

    /** Addresses that were found and are none, and why. */
    private final TreeMap<String, String> refused = new TreeMap<>();

    /** Who looks up names, of addresses that are configured, and of those that were found: these may be any, and take for ever. */
    record Lookups(Executor configured, Executor found) {}

    /** Whom to call, and what to show who one is with where that takes TLS. */
    record Target(Address address, Optional<SSLContext> tls) {}

    Callers(
            Caller.Shared shared,
            Lookups lookups,
            TransportConfig config,
            List<Address> peers,
            Function<Target, Optional<SSLEngine>> engines) {
        this.shared = shared;
        this.lookups = lookups;
        this.tls = config.tls();
        this.hasToken = config.token().isPresent();
        boolean callsOnlyTls = !peers.isEmpty() && peers.stream().allMatch(Address::tls);
        this.onlyTls = tls.isPresent() || (config.listen().isEmpty() && callsOnlyTls);
        this.engines = engines;
        this.there = new HashSet<>(peers);
        for (int i = 0; i < peers.size(); i++) {
            // Without a context of its own it calls with the JVM's, which was looked at when this was opened; it serves
            // with none.
            configured.add(caller(
                    lookups.configured(),
                    config.peers().get(i),
                    target(peers.get(i)).orElseThrow()));
        }
    }

    private Caller caller(Executor names, String text, Target target) {
        return new Caller(shared, names, text, target.address(), () -> engines.apply(target));
    }

    /** Calls what was found, and no longer what was found before and is not there any more. */
    void find(Collection<String> addresses) {
        refused.clear();
        SortedMap<String, Target> wanted = choose(addresses);
        List<String> gone = found.keySet().stream()
                .filter(text -> !wanted.containsKey(text))
                .toList();
        gone.forEach(text -> Optional.ofNullable(found.remove(text)).ifPresent(Caller::close));
        wanted.forEach((text, target) -> {
            if (!found.containsKey(text)) {
                Caller caller = caller(lookups.found(), text, target);
                found.put(text, caller);
                caller.start();
            }
        });
    }

    /** Whom to call of those that were found, each once; what is no address, or is not called, takes the place of none. */
    private SortedMap<String, Target> choose(Collection<String> addresses) {
        List<String> upFirst = new TreeSet<>(addresses)
                .stream().sorted(Comparator.comparing(text -> !isUp(text))).toList();
        TreeMap<String, Target> chosen = new TreeMap<>();
        Set<Address> called = new HashSet<>(there);
        for (String text : upFirst) {
            if (chosen.size() < MAX_FOUND) {
                target(text)
                        .filter(target -> called.add(target.address()))
                        .ifPresent(target -> chosen.put(text, target));
            }
        }
        return chosen;
    }

    private boolean isUp(String text) {
        Caller caller = found.get(text);
        return caller != null && caller.isUp();
    }

    /** Whom to call at an address; nobody if it is none, or may not be called. */
    private Optional<Target> target(String text) {
        Result<Address> address = Address.peer(text);
        if (address.isErr()) {
            return refuse(text, address.error().message());
        }
        Optional<String> untrusted = untrusted(address.value());
        if (untrusted.isPresent()) {
            return refuse(text, untrusted.get());
        }
        Optional<Target> target = target(address.value());
        return target.isPresent() ? target : refuse(text, "this JVM has no certificates that it trusts");
    }

    private Optional<Target> target(Address address) {
        try {
            return Optional.of(new Target(
                    address, tls.isPresent() || !address.tls() ? tls : Optional.of(SSLContext.getDefault())));
        } catch (NoSuchAlgorithmException e) {
            return Optional.empty();
        }
    }

    private Optional<Target> refuse(String text, String why) {
        if (refused.size() < MAX_FOUND) {
            refused.put(text, why);
        }
        return Optional.empty();
    }

    /** Why an address is not called: anybody may have it found, and is to show who it is before it learns anything. */
    private Optional<String> untrusted(Address address) {
        if (!hasToken) {
            return Optional.of("a node that was found is called with a token only");
        }
        return onlyTls && !address.tls()
                ? Optional.of("a node that was found is not called without TLS by one that speaks nothing else")
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
