package softadastra.transport.http;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** One request and, once, its answer; which may come later than the request was handed over. On the loop's thread only. */
final class Call {

    /** Where an answer goes. */
    interface Answered {
        void answer(int status, List<String> headers, byte[] body);
    }

    private final HttpReader.Message request;
    private final Connection connection;
    private final Answered answered;
    private Runnable onGone = () -> {};
    private Runnable onAnswered = () -> {};
    private final Runnable onKnown;
    private boolean open = true;

    Call(HttpReader.Message request, Connection connection, Runnable onKnown, Answered answered) {
        this.request = request;
        this.connection = connection;
        this.answered = answered;
        this.onKnown = onKnown;
    }

    HttpHead head() {
        return request.head();
    }

    byte[] body() {
        return request.body();
    }

    InetAddress remote() {
        return connection.remote();
    }

    boolean secure() {
        return connection.secure();
    }

    Optional<X509Certificate> certificate() {
        return connection.certificate();
    }

    /** Answers; later answers, and those that nobody waits for any more, are dropped. */
    void answer(int status, List<String> headers, byte[] body) {
        if (open) {
            open = false;
            onAnswered.run();
            answered.answer(status, headers, body);
        }
    }

    /** Has something run if the connection ends before there is an answer. */
    void onGone(Runnable action) {
        onGone = action;
    }

    /** Has something run when there is an answer. */
    void onAnswered(Runnable action) {
        onAnswered = action;
    }

    void gone() {
        if (open) {
            open = false;
            onGone.run();
        }
    }

    /** Notes that whoever asks has shown who it is: its connection does not give way to those of strangers any more. */
    void know() {
        onKnown.run();
    }
}
