package softadastra.cli;

import java.util.Optional;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/** Ends a command with an error and, where there is one, a hint on what to do. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SoftadastraError error;
    private final transient Optional<String> hint;

    CommandFailure(SoftadastraError error, Optional<String> hint) {
        super(error.display(), error.cause());
        this.error = error;
        this.hint = hint;
    }

    CommandFailure(ErrorCode code, String message) {
        this(SoftadastraError.of(code, message), Optional.empty());
    }

    CommandFailure(ErrorCode code, String message, String hint) {
        this(SoftadastraError.of(code, message), Optional.of(hint));
    }

    SoftadastraError error() {
        return error;
    }

    Optional<String> hint() {
        return hint;
    }
}
