package softadastra.transport.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import softadastra.core.Result;
import softadastra.sync.SyncReport;
import softadastra.sync.TransportHost;

/**
 * Serves the status page, for people and {@code curl}.
 *
 * <p>Where there is a token it is asked for as {@code Authorization: Bearer}, on the loopback address too, since that is everybody's
 * who has an account on the machine; and it is taken over TLS or from this machine only, since anywhere else it would be readable
 * on its way.
 */
final class StatusService {
    private static final String TEXT = "/status";
    private static final String JSON = "/status.json";
    private static final String FAULT = "the status could not be made: an internal fault";
    private static final String BEARER = "Bearer ";

    private final TransportHost host;
    private final Optional<String> token;
    private final Counters counters;
    private final Executor worker;
    private final Executor loop;

    StatusService(TransportHost host, Optional<String> token, Counters counters, Executor worker, Executor loop) {
        this.host = host;
        this.token = token;
        this.counters = counters;
        this.worker = worker;
        this.loop = loop;
    }

    static boolean serves(String path) {
        return path.equals(TEXT) || path.equals(JSON);
    }

    /** Whether a request wants to be answered in JSON, be it that it is refused. */
    static boolean wantsJson(HttpHead head) {
        return head.second().equals(JSON)
                || head.header("accept")
                        .filter(any -> any.contains("application/json"))
                        .isPresent();
    }

    void serve(Call call) throws Refusal {
        authorise(call);
        boolean json = wantsJson(call.head());
        try {
            // The report may read the log.
            worker.execute(() -> {
                Result<SyncReport> report;
                try {
                    report = host.report();
                } catch (RuntimeException | Error e) {
                    counters.faults.increment();
                    loop.execute(() -> refuse(call, new Refusal(500, FAULT), json));
                    return;
                }
                loop.execute(() -> answer(call, report, json));
            });
        } catch (RejectedExecutionException e) {
            throw new Refusal(503, "too many status pages are being made", "Retry-After: 1");
        }
    }

    private void authorise(Call call) throws Refusal {
        if (token.isEmpty()) {
            if (call.remote().isLoopbackAddress() && !isLocalName(call.head())) {
                throw new Refusal(421, "this machine's node is asked for by an address, or as localhost");
            }
            return;
        }
        if (!call.secure() && !call.remote().isLoopbackAddress()) {
            throw new Refusal(403, "the token is readable on its way: ask over TLS, or from the machine itself");
        }
        String given = call.head().header("authorization").orElse("");
        // A head is read byte by byte; those of a token are UTF-8, as whoever types it to curl sends it.
        boolean right = given.startsWith(BEARER)
                && MessageDigest.isEqual(
                        given.substring(BEARER.length()).strip().getBytes(StandardCharsets.ISO_8859_1),
                        token.get().getBytes(StandardCharsets.UTF_8));
        if (!right) {
            throw new Refusal(401, "not authorised: give the token as a bearer", "WWW-Authenticate: Bearer");
        }
    }

    /** A web page whose name has been made to mean this machine asks for its own name. */
    private static boolean isLocalName(HttpHead head) {
        String host = head.header("host").orElse("");
        String name = host.replaceFirst(":\\d+$", "");
        return name.equals("localhost") || name.startsWith("[") || name.matches("[0-9.]+");
    }

    private static void refuse(Call call, Refusal refusal, boolean json) {
        call.answer(refusal.status(), refusal.headers(json), refusal.body(json));
    }

    private void answer(Call call, Result<SyncReport> report, boolean json) {
        if (report.isErr()) {
            counters.refused(503);
            refuse(call, new Refusal(503, report.error().message()), json);
            return;
        }
        if (token.isPresent() || call.certificate().isPresent()) {
            call.know();
        }
        StatusPage page = new StatusPage(report.value(), counters);
        String text = json ? page.json() : page.text();
        call.answer(
                200,
                List.of("Content-Type: " + (json ? StatusPage.JSON_TYPE : StatusPage.TEXT_TYPE)),
                text.getBytes(StandardCharsets.UTF_8));
    }
}
