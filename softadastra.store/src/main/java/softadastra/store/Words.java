package softadastra.store;

import softadastra.wal.spi.WalConfig;

/** Short words for debuggers, events and messages. */
final class Words {

    private static final int MAX_SHOWN = 64;

    private Words() {}

    /** Where a log is. */
    static String location(WalConfig config) {
        return config.medium() == WalConfig.Medium.DURABLE ? config.location() : "memory";
    }

    /** A text, the beginning of it if it is long. */
    static String abbreviated(String text, int bytes) {
        if (text.length() <= MAX_SHOWN) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_SHOWN - 1)) ? MAX_SHOWN - 1 : MAX_SHOWN;
        return text.substring(0, end) + "... (" + bytes + " bytes)";
    }
}
