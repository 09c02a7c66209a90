package softadastra.cli;

import java.util.Base64;
import softadastra.store.Entry;
import softadastra.store.Value;

/** Words entries, for people and as JSON. */
final class EntryText {
    private EntryText() {}

    /** One line: {@code user:1 => Gaspard version=2}; long and binary values abbreviated. */
    static String line(Entry entry) {
        return Texts.visible(entry.key().asString()) + " => "
                + Texts.visible(entry.value().toString()) + " version=" + entry.version();
    }

    /** Prints a line, of the key alone or of all. */
    static void print(Io io, Entry entry, boolean keyOnly) {
        if (io.isJson()) {
            io.line(keyOnly ? new JsonObject().put("key", entry.key().asString()) : json(entry));
        } else {
            io.line(keyOnly ? Texts.visible(entry.key().asString()) : line(entry));
        }
    }

    static JsonObject json(Entry entry) {
        return putValue(withoutValue(entry), entry.value());
    }

    /** Adds a value, as text where it is some. */
    static JsonObject putValue(JsonObject json, Value value) {
        return value.isText()
                ? json.put("value", value.asString())
                : json.put("base64", Base64.getEncoder().encodeToString(value.bytes()));
    }

    static JsonObject withoutValue(Entry entry) {
        return new JsonObject()
                .put("key", entry.key().asString())
                .put("version", entry.version())
                .put("sequence", entry.sequence())
                .put("timestamp", entry.timestamp().toString())
                .put("bytes", entry.value().length());
    }
}
