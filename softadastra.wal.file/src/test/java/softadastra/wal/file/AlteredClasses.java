package softadastra.wal.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import softadastra.wal.spi.WalProvider;

/**
 * This package's classes once more, with byte code changed here and there: bugs are planted, and threads and randomness taken
 * out, without a trace of it in the product. Everything else is shared with whoever makes it.
 *
 * <p>An alteration that finds nothing to alter is an error, so that none is forgotten when the product changes.
 */
final class AlteredClasses extends ClassLoader {

    private static final String PACKAGE = AlteredClasses.class.getPackageName() + ".";
    private static final int API = Opcodes.ASM9;

    /**
     * A change to one method, or to all of that name.
     *
     * @param type the simple name of its class
     * @param method its name, or its name and descriptor
     * @param change what reads the method in place of whoever would
     */
    record Alteration(String type, String method, Change change) {}

    /** Wraps the visitor of a method's code. */
    @FunctionalInterface
    interface Change {
        MethodVisitor wrap(MethodVisitor next, Place place);
    }

    /** The method that is being altered. */
    static final class Place {

        private final int access;
        private final String descriptor;
        private int altered;

        Place(int access, String descriptor) {
            this.access = access;
            this.descriptor = descriptor;
        }

        void altered() {
            altered++;
        }
    }

    private final Map<String, List<Alteration>> alterations = new HashMap<>();

    AlteredClasses(List<Alteration> alterations) {
        super(AlteredClasses.class.getClassLoader());
        for (Alteration alteration : alterations) {
            this.alterations.merge(
                    PACKAGE + alteration.type(),
                    List.of(alteration),
                    (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
        }
    }

    /** The provider, of altered classes. */
    WalProvider provider() {
        return make(WalProvider.class, FileWalProvider.class);
    }

    /** An instance of a class of this package, seen as something from outside of it. */
    <T> T make(Class<T> type, Class<? extends T> implementation) {
        try {
            // Another loader's class is in another package, whatever its name says.
            Constructor<?> constructor =
                    Class.forName(implementation.getName(), true, this).getDeclaredConstructor();
            constructor.setAccessible(true);
            return type.cast(constructor.newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PACKAGE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = code(name);
        List<Alteration> here = alterations.getOrDefault(name, List.of());
        for (Alteration alteration : here) {
            code = altered(code, alteration);
        }
        return defineClass(name, code, 0, code.length);
    }

    private static byte[] code(String name) throws ClassNotFoundException {
        String file = name.substring(PACKAGE.length()) + ".class";
        try (InputStream in = AlteredClasses.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] altered(byte[] code, Alteration alteration) {
        ClassReader reader = new ClassReader(code);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        int[] altered = new int[1];
        reader.accept(
                new ClassVisitor(API, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
                        if (!name.equals(alteration.method()) && !(name + descriptor).equals(alteration.method())) {
                            return next;
                        }
                        Place place = new Place(access, descriptor);
                        return new MethodVisitor(API, alteration.change().wrap(next, place)) {
                            @Override
                            public void visitEnd() {
                                super.visitEnd();
                                altered[0] += place.altered;
                            }
                        };
                    }
                },
                0);
        if (altered[0] == 0) {
            throw new IllegalStateException(
                    "nothing to alter in " + alteration.type() + "." + alteration.method() + ": has it changed?");
        }
        return writer.toByteArray();
    }

    /** Leaves out the calls of a name: what they would take is dropped, and what they would answer is false, 0 or null. */
    static Alteration dropCalls(String type, String method, String called) {
        return dropCall(type, method, called, 0);
    }

    /** Leaves out one of the calls of a name, counted from 1. */
    static Alteration dropCall(String type, String method, String called, int number) {
        return calls(type, method, called, number, (out, call) -> {
            Type[] arguments = Type.getArgumentTypes(call.descriptor());
            for (int i = arguments.length - 1; i >= 0; i--) {
                out.visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
            }
            if (call.opcode() != Opcodes.INVOKESTATIC) {
                out.visitInsn(Opcodes.POP);
            }
            pushNothing(out, Type.getReturnType(call.descriptor()));
        });
    }

    private static void pushNothing(MethodVisitor out, Type type) {
        switch (type.getSort()) {
            case Type.VOID -> {}
            case Type.LONG -> out.visitInsn(Opcodes.LCONST_0);
            case Type.OBJECT, Type.ARRAY -> out.visitInsn(Opcodes.ACONST_NULL);
            default -> out.visitInsn(Opcodes.ICONST_0);
        }
    }

    /** Has a static method of {@link PlantedBugs} called in place of another: it gets the receiver and the arguments. */
    static Alteration redirectCalls(String type, String method, String called, String instead) {
        return redirectCall(type, method, called, 0, instead);
    }

    /** Redirects one of the calls of a name, counted from 1. */
    static Alteration redirectCall(String type, String method, String called, int number, String instead) {
        return calls(type, method, called, number, (out, call) -> invoke(out, instead, call.descriptorOfStatic()));
    }

    private static void invoke(MethodVisitor out, String name, String descriptor) {
        out.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(PlantedBugs.class), name, descriptor, false);
    }

    /** A call of a method. */
    private record Call(int opcode, String owner, String descriptor) {
        String descriptorOfStatic() {
            return opcode == Opcodes.INVOKESTATIC ? descriptor : "(L" + owner + ";" + descriptor.substring(1);
        }
    }

    @FunctionalInterface
    private interface Replacement {
        void write(MethodVisitor out, Call call);
    }

    private static Alteration calls(String type, String method, String called, int number, Replacement replacement) {
        return new Alteration(type, method, (next, place) -> new MethodVisitor(API, next) {
            private int seen;

            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean onInterface) {
                boolean wanted = name.equals(called) && opcode != Opcodes.INVOKESPECIAL;
                if (wanted && (++seen == number || number == 0)) {
                    replacement.write(mv, new Call(opcode, owner, descriptor));
                    place.altered();
                } else {
                    super.visitMethodInsn(opcode, owner, name, descriptor, onInterface);
                }
            }
        });
    }

    /** Calls a static method of {@link PlantedBugs} before anything else; it gets the receiver and the arguments. */
    static Alteration before(String type, String method, String first) {
        return new Alteration(type, method, (next, place) -> new MethodVisitor(API, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                String descriptor = loadAll(mv, type, place);
                invoke(mv, first, descriptor + "V");
                place.altered();
            }
        });
    }

    /** Has a static method of {@link PlantedBugs} do the work of another; it gets the receiver and the arguments. */
    static Alteration instead(String type, String method, String other) {
        return new Alteration(type, method, (next, place) -> new MethodVisitor(API, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                Type answer = Type.getReturnType(place.descriptor);
                invoke(mv, other, loadAll(mv, type, place) + answer.getDescriptor());
                mv.visitInsn(answer.getOpcode(Opcodes.IRETURN));
                mv.visitMaxs(0, 0);
                mv.visitEnd();
                place.altered();
                // What was there is not read by anybody.
                mv = null;
            }
        });
    }

    /** Loads the receiver and all arguments; the descriptor of a static method that takes them, without its answer. */
    private static String loadAll(MethodVisitor out, String type, Place place) {
        StringBuilder descriptor = new StringBuilder("(");
        int local = 0;
        if ((place.access & Opcodes.ACC_STATIC) == 0) {
            out.visitVarInsn(Opcodes.ALOAD, local++);
            descriptor.append('L').append((PACKAGE + type).replace('.', '/')).append(';');
        }
        for (Type argument : Type.getArgumentTypes(place.descriptor)) {
            out.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), local);
            local += argument.getSize();
            descriptor.append(argument.getDescriptor());
        }
        return descriptor.append(')').toString();
    }

    /** Has instances of another class made, one that extends what was made before. */
    static Alteration makeInstead(String type, Class<?> made, Class<?> instead) {
        String from = Type.getInternalName(made);
        String to = Type.getInternalName(instead);
        return new Alteration(type, "<init>", (next, place) -> new MethodVisitor(API, next) {
            @Override
            public void visitTypeInsn(int opcode, String name) {
                boolean wanted = opcode == Opcodes.NEW && name.equals(from);
                if (wanted) {
                    place.altered();
                }
                super.visitTypeInsn(opcode, wanted ? to : name);
            }

            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean onInterface) {
                boolean wanted = opcode == Opcodes.INVOKESPECIAL && owner.equals(from);
                super.visitMethodInsn(opcode, wanted ? to : owner, name, descriptor, onInterface);
            }
        });
    }
}
