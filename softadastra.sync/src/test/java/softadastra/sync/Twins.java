package softadastra.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Several ends of one way, for several nodes with one id: each hears all that is said to any. */
final class Twins {

    private final SyncTransport line;
    private final List<Twin> all = new ArrayList<>();

    Twins(SyncTransport line) {
        this.line = line;
    }

    /** One more end. */
    SyncTransport end() {
        Twin twin = new Twin();
        all.add(twin);
        return twin;
    }

    /** Nobody listens any more at the ends that there are. */
    void clear() {
        all.clear();
    }

    private final class Twin extends Line {
        private final ArrayDeque<byte[]> in = new ArrayDeque<>();

        Twin() {
            super(line);
        }

        @Override
        public Optional<byte[]> receive() {
            for (Optional<byte[]> next = line.receive(); next.isPresent(); next = line.receive()) {
                byte[] message = next.get();
                all.forEach(each -> each.in.add(message.clone()));
            }
            return Optional.ofNullable(in.poll());
        }
    }
}
