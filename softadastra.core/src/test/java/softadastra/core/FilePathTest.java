package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilePathTest {
    @ParameterizedTest
    @CsvSource({
        "docs/file.txt, docs/file.txt",
        "docs\\file.txt, docs/file.txt",
        "./docs//./file.txt/, docs/file.txt",
        "/var/log/, /var/log",
        "C:\\data\\a.txt, C:/data/a.txt",
        "\\\\server\\share\\a, //server/share/a",
        "//server//share, //server/share",
        "///a, /a",
        "/, /",
        "//, //",
        "/., /",
        "., .",
        "./., .",
        "..., ...",
        "..a/b.., ..a/b..",
        "' ', ' '",
        "Ünï/😀, Ünï/😀",
    })
    void textBecomesAPortablePath(String text, String expected) {
        FilePath path = FilePath.of(text).value();
        assertEquals(expected, path.value());
        assertEquals(expected, path.toString());
        assertEquals(path, FilePath.of(expected).value(), "a normalised path stays as it is");
        assertEquals(path, new FilePath(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "'', path is empty",
        "a\\0b, NUL character at index 1",
        "a\\uD800, unpaired surrogate at index 1",
        ".., '\"..\" is not allowed'",
        "a/../b, '\"..\" is not allowed'",
        "a\\\\.., '\"..\" is not allowed'",
        "/.., '\"..\" is not allowed'",
    })
    void otherTextIsRefusedSayingWhy(String escaped, String reason) {
        String text = escaped.replace("\\uD800", "\uD800").translateEscapes();
        SoftadastraError error = FilePath.of(text).error();
        assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
        assertEquals("invalid file path: " + reason, error.message());
        SoftadastraException thrown = assertThrows(SoftadastraException.class, () -> new FilePath(text));
        assertEquals(error, thrown.error());
    }

    @Test
    void theConstructorTakesNormalisedTextOnly() {
        SoftadastraException thrown = assertThrows(SoftadastraException.class, () -> new FilePath("a//b"));
        assertEquals("invalid file path: path is not normalised", thrown.getMessage());
    }

    @Test
    void theLengthIsLimitedInBytes() {
        assertTrue(FilePath.of("x".repeat(65_535)).isOk());
        assertTrue(FilePath.of("x".repeat(65_536)).isErr());
        assertTrue(FilePath.of("é".repeat(32_767)).isOk());
        assertEquals(
                "invalid file path: longer than 65535 bytes",
                FilePath.of("é".repeat(32_768)).error().message());
    }

    @Test
    void theNameIsWhatFollowsTheLastSeparator() {
        assertEquals("file.txt", new FilePath("docs/file.txt").name());
        assertEquals("a", new FilePath("a").name());
        assertEquals("", new FilePath("/").name());
    }

    @Test
    void pathsAreOrderedByTheirText() {
        assertTrue(new FilePath("a").compareTo(new FilePath("a/b")) < 0);
        assertEquals(0, new FilePath("a").compareTo(new FilePath("a")));
    }
}
