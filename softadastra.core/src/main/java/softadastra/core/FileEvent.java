package softadastra.core;

import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened to a file.
 *
 * @param type what happened
 * @param current the file afterwards; for {@link FileEventType#DELETED}, the state last seen
 * @param previous the file before: required for {@link FileEventType#MOVED}, absent for {@link FileEventType#CREATED},
 *     and otherwise present where the observer knows it
 */
public record FileEvent(FileEventType type, FileState current, Optional<FileState> previous) {

    /**
     * Makes an event.
     *
     * @param type what happened
     * @param current the file afterwards, or last seen
     * @param previous the file before
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where a move has no previous state, or a
     *     creation has one
     */
    public FileEvent {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(current, "current");
        if (type == FileEventType.MOVED && previous.isEmpty()) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid file event: a moved file has no previous state");
        }
        if (type == FileEventType.CREATED && previous.isPresent()) {
            throw new SoftadastraException(
                    ErrorCode.INVALID_ARGUMENT, "invalid file event: a created file has a previous state");
        }
    }

    /**
     * A file came into being.
     *
     * @param current the file
     * @return the event
     */
    public static FileEvent created(FileState current) {
        return new FileEvent(FileEventType.CREATED, current, Optional.empty());
    }

    /**
     * A file changed.
     *
     * @param previous the file before
     * @param current the file afterwards
     * @return the event
     */
    public static FileEvent updated(FileState previous, FileState current) {
        return new FileEvent(FileEventType.UPDATED, current, Optional.of(previous));
    }

    /**
     * A file went away.
     *
     * @param lastSeen the file when it was last seen
     * @return the event
     */
    public static FileEvent deleted(FileState lastSeen) {
        return new FileEvent(FileEventType.DELETED, lastSeen, Optional.empty());
    }

    /**
     * A file got another path.
     *
     * @param previous the file at its old path
     * @param current the file at its new path
     * @return the event
     */
    public static FileEvent moved(FileState previous, FileState current) {
        return new FileEvent(FileEventType.MOVED, current, Optional.of(previous));
    }
}
