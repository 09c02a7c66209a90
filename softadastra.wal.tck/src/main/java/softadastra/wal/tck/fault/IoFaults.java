package softadastra.wal.tck.fault;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Says which calls fail, and how. It is asked before each call, from the thread that makes it, one at a time; it may also
 * just listen, or stop the process.
 */
@FunctionalInterface
public interface IoFaults {

    /** How a call is to fail, or empty to let it through. */
    Optional<IoFailure> before(IoCall call);

    /** No faults. */
    static IoFaults none() {
        return call -> Optional.empty();
    }

    /** One call fails, by its number among all calls; what comes later works. */
    static IoFaults once(long number, IoFailure failure) {
        return when(call -> call.number() == number, failure);
    }

    /** One call fails, by its number among those of its kind; what comes later works. */
    static IoFaults once(IoKind kind, long number, IoFailure failure) {
        return when(call -> call.kind() == kind && call.numberOfKind() == number, failure);
    }

    /** All calls that change something fail from one on, by its number among all calls: the device is broken for good. */
    static IoFaults from(long number, IoFailure failure) {
        return when(call -> call.number() >= number && call.kind().changes(), failure);
    }

    /** All calls of a kind fail from one on, by its number among those of its kind. */
    static IoFaults from(IoKind kind, long number, IoFailure failure) {
        return when(call -> call.kind() == kind && call.numberOfKind() >= number, failure);
    }

    /** The calls that a condition picks fail. */
    static IoFaults when(Predicate<IoCall> condition, IoFailure failure) {
        return call -> condition.test(call) ? Optional.of(failure) : Optional.empty();
    }

    /** The faults of this, and those of another where this one lets a call through. */
    default IoFaults or(IoFaults other) {
        return call -> {
            Optional<IoFailure> failure = before(call);
            return failure.isPresent() ? failure : other.before(call);
        };
    }
}
