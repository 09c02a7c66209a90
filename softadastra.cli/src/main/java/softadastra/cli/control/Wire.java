package softadastra.cli.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraError;

/** The binary form of what requests and answers are made of. */
final class Wire {
    /** So long is a text at most that is neither key nor value. */
    private static final int MAX_TEXT = 1 << 20;

    private Wire() {}

    /** Any text, also one that has no UTF-8: whoever refuses it is to see it as it is. */
    static void writeText(ByteWriter out, String text) {
        out.writeVarint(text.length());
        for (int i = 0; i < text.length(); i++) {
            out.writeShort(text.charAt(i));
        }
    }

    static String readText(ByteReader in) {
        int length = in.readCount();
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) in.readShort());
        }
        return text.toString();
    }

    static <T> void writeOptional(ByteWriter out, Optional<T> value, BiConsumer<ByteWriter, T> writer) {
        out.writeByte(value.isPresent() ? 1 : 0);
        value.ifPresent(present -> writer.accept(out, present));
    }

    static <T> Optional<T> readOptional(ByteReader in, Function<ByteReader, T> reader) {
        return readFlag(in) ? Optional.of(reader.apply(in)) : Optional.empty();
    }

    static void writeOptional(ByteWriter out, OptionalLong value) {
        out.writeByte(value.isPresent() ? 1 : 0);
        value.ifPresent(out::writeZigZag);
    }

    static OptionalLong readOptionalLong(ByteReader in) {
        return readFlag(in) ? OptionalLong.of(in.readZigZag()) : OptionalLong.empty();
    }

    static void writeFlag(ByteWriter out, boolean value) {
        out.writeByte(value ? 1 : 0);
    }

    static boolean readFlag(ByteReader in) {
        int at = in.position();
        int value = in.readByte();
        if (value > 1) {
            throw in.malformed("no flag: " + value, at);
        }
        return value == 1;
    }

    static <T> void writeList(ByteWriter out, List<T> values, BiConsumer<ByteWriter, T> writer) {
        out.writeVarint(values.size());
        values.forEach(value -> writer.accept(out, value));
    }

    static <T> List<T> readList(ByteReader in, Function<ByteReader, T> reader) {
        int count = in.readCount();
        List<T> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(reader.apply(in));
        }
        return values;
    }

    static void writeError(ByteWriter out, SoftadastraError error) {
        out.writeUtf8(error.code().name());
        writeText(out, shortened(error.message()));
        writeText(out, shortened(error.context()));
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    static SoftadastraError readError(ByteReader in) {
        ErrorCode code;
        String name = in.readUtf8(MAX_TEXT);
        try {
            code = ErrorCode.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw in.malformed("no error code: " + name, 0);
        }
        SoftadastraError error = SoftadastraError.of(code, readText(in));
        String context = readText(in);
        return context.isEmpty() ? error : error.withContext(context);
    }
}
