package softadastra.cli;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import softadastra.wal.spi.WalRecord;

/** Words records of a log, the same way wherever they are printed. */
final class RecordText {

    /** How payload bytes are printed. */
    enum Form {
        HEX,
        BASE64
    }

    private RecordText() {}

    static JsonObject json(WalRecord record, Optional<Form> payload) {
        JsonObject json = new JsonObject()
                .put("sequence", record.sequence())
                .put("type", record.type().name())
                .put("typeCode", record.typeCode())
                .put("status", record.status().name())
                .put("timestamp", record.timestamp().toString())
                .put("payloadBytes", record.payload().length);
        payload.ifPresent(form -> json.put(form.name().toLowerCase(Locale.ROOT), encoded(form, record.payload())));
        return json;
    }

    /** One line; {@code where} stands before the payload, which may be long. */
    static String line(WalRecord record, String where, Optional<Form> payload) {
        return "seq=" + record.sequence() + " type=" + record.type()
                + (record.type().code() == record.typeCode() ? "" : "(" + record.typeCode() + ")")
                + " status=" + record.status() + " timestamp=" + record.timestamp()
                + " payload_size=" + record.payload().length + where
                + payload.map(form -> " payload=" + encoded(form, record.payload()))
                        .orElse("");
    }

    private static String encoded(Form form, byte[] payload) {
        return form == Form.HEX
                ? HexFormat.of().formatHex(payload)
                : Base64.getEncoder().encodeToString(payload);
    }
}
