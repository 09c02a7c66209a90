package softadastra.store;

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

/**
 * The classes of the store and of the file log once more, with byte code changed here and there: threads are taken out, and bugs
 * planted, without a trace of it in the product. Everything else is shared with whoever makes it.
 *
 * <p>An alteration that finds nothing to alter is an error, so that none is forgotten when the product changes.
 */
final class AlteredClasses extends ClassLoader {

    /** How the error begins. */
    static final String NOTHING_TO_ALTER = "nothing to alter";

    private static final String STORE = AlteredClasses.class.getPackageName() + ".";
    private static final String FILE = "softadastra.wal.file.";
    private static final int API = Opcodes.ASM9;

    /**
     * A change to one method, or to all of that name.
     *
     * @param type the name of its class, with the package
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
                    alteration.type(),
                    List.of(alteration),
                    (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
        }
    }

    /** The name of a class of the store. */
    static String store(String type) {
        return STORE + type;
    }

    /** The name of a class of the file log. */
    static String file(String type) {
        return FILE + type;
    }

    /** An instance of one of the classes, seen as something that is none of them. */
    <T> T make(Class<T> type, String implementation) {
        try {
            // Another loader's class is in another package, whatever its name says.
            Constructor<?> constructor =
                    Class.forName(implementation, true, this).getDeclaredConstructor();
            constructor.setAccessible(true);
            return type.cast(constructor.newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(STORE) && !name.startsWith(FILE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = code(name);
        for (Alteration alteration : alterations.getOrDefault(name, List.of())) {
            code = altered(code, alteration);
        }
        return defineClass(name, code, 0, code.length);
    }

    private static byte[] code(String name) throws ClassNotFoundException {
        ClassLoader loader = AlteredClasses.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
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
                    NOTHING_TO_ALTER + " in " + alteration.type() + "." + alteration.method() + ": has it changed?");
        }
        return writer.toByteArray();
    }

    /** Leaves out the calls of a name: what they would take is dropped, and what they would answer is false, 0 or null. */
    static Alteration dropCalls(String type, String method, String called) {
        return calls(type, method, called, (out, call) -> {
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

    /** Has a static method of some class called in place of another: it gets the receiver and the arguments. */
    static Alteration redirectCalls(String type, String method, String called, Class<?> owner, String instead) {
        return calls(type, method, called, (out, call) -> invoke(out, owner, instead, call.descriptorOfStatic()));
    }

    private static void invoke(MethodVisitor out, Class<?> owner, String name, String descriptor) {
        out.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(owner), name, descriptor, false);
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

    private static Alteration calls(String type, String method, String called, Replacement replacement) {
        return new Alteration(type, method, (next, place) -> new MethodVisitor(API, next) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean onInterface) {
                if (name.equals(called) && opcode != Opcodes.INVOKESPECIAL) {
                    replacement.write(mv, new Call(opcode, owner, descriptor));
                    place.altered();
                } else {
                    super.visitMethodInsn(opcode, owner, name, descriptor, onInterface);
                }
            }
        });
    }

    /** Has a static method of some class do the work of another; it gets the receiver and the arguments. */
    static Alteration instead(String type, String method, Class<?> owner, String other) {
        return new Alteration(type, method, (next, place) -> new MethodVisitor(API, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                Type answer = Type.getReturnType(place.descriptor);
                invoke(mv, owner, other, loadAll(mv, type, place) + answer.getDescriptor());
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
            descriptor.append('L').append(type.replace('.', '/')).append(';');
        }
        for (Type argument : Type.getArgumentTypes(place.descriptor)) {
            out.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), local);
            local += argument.getSize();
            descriptor.append(argument.getDescriptor());
        }
        return descriptor.append(')').toString();
    }

    /** Has another number used where a method uses one. */
    static Alteration changeConstant(String type, String method, int number, int other) {
        return new Alteration(type, method, (next, place) -> new MethodVisitor(API, next) {
            @Override
            public void visitLdcInsn(Object value) {
                boolean wanted = value.equals(number) || value.equals((long) number);
                if (wanted) {
                    place.altered();
                }
                Object changed = value instanceof Long ? (Object) (long) other : (Object) other;
                super.visitLdcInsn(wanted ? changed : value);
            }
        });
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
