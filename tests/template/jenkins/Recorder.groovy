// Executes a declarative Jenkinsfile and writes down each step that Jenkins would run; an unknown word fails.
// java -cp JARS groovy.ui.GroovyMain Recorder.groovy JENKINSFILE (branch|tag|change) NAME [WORD OF A STEP THAT FAILS]
// What is known: https://www.jenkins.io/doc/book/pipeline/syntax/ and the steps of the plug-ins that Jenkins suggests.
import groovy.json.JsonOutput

class Build {
    String kind
    String name
    String failing
    boolean failed = false
    String stage = ''
    Map<String, Object> env = [WORKSPACE: '/workspace', PATH: '/usr/bin', JENKINS_HOME: '/var/jenkins_home']

    void record(String step, Object... values) {
        println JsonOutput.toJson([stage: stage, step: step, values: values as List])
        if (failing && step == 'sh' && values[0].contains(failing)) throw new StepFailed(values[0].toString())
    }
}

class StepFailed extends Exception {
    StepFailed(String what) { super(what) }
}

abstract class Words {
    Build build

    def run(Closure body) {
        def copy = body.clone()
        copy.delegate = this
        copy.resolveStrategy = Closure.DELEGATE_ONLY
        copy.call()
    }

    def inside(Words other, Closure body) {
        other.build = build
        other.run(body)
        return other
    }

    def methodMissing(String word, Object given) {
        throw new MissingMethodException("unknown word in ${getClass().simpleName.toLowerCase()}: ${word}", getClass(), given as Object[])
    }

    def propertyMissing(String word) {
        throw new MissingPropertyException("unknown name in ${getClass().simpleName.toLowerCase()}: ${word}")
    }

    def getEnv() { build.env }
}

class Pipeline extends Words {
    Closure after
    def any = 'any'

    void agent(String where) { build.record('agent', where) }
    void options(Closure body) { inside(new Options(), body) }
    void environment(Closure body) { inside(new Environment(), body) }
    void stages(Closure body) { inside(new Stages(), body) }
    void post(Closure body) { after = body }
}

class Options extends Words {
    void timestamps() { build.record('timestamps') }
    void disableConcurrentBuilds(Map more = [:]) { build.record('disableConcurrentBuilds') }
    void timeout(Map limit) {
        assert limit.keySet() == ['time', 'unit'] as Set && limit.time instanceof Integer
        build.record('timeout', limit.time, limit.unit)
    }
    Map logRotator(Map kept) {
        assert kept.every { it.key in ['numToKeepStr', 'daysToKeepStr', 'artifactNumToKeepStr'] && it.value instanceof String }
        return kept
    }
    void buildDiscarder(Map kept) { build.record('buildDiscarder', kept) }
}

class Environment extends Words {
    String credentials(String id) { build.record('credentials', id); "****${id}****" }
    void setProperty(String name, Object value) {
        if (name == 'build') { metaClass.setProperty(this, name, value); return }
        assert value instanceof CharSequence: "${name} must be a string"
        build.env[name] = value.toString()
    }
    def propertyMissing(String name) {
        if (build.env.containsKey(name)) return build.env[name]
        throw new MissingPropertyException("unknown variable: ${name}")
    }
}

class Stages extends Words {
    void stage(String name, Closure body) {
        build.stage = name
        def found = inside(new Stage(), body)
        assert found.work: "stage ${name} has no steps"
        if (build.failed || (found.condition && !inside(new When(), found.condition).holds())) {
            build.record('skipped')
        } else {
            try {
                inside(new Steps(), found.work)
            } catch (StepFailed ignored) {
                build.failed = true
            }
            if (found.after) inside(new Post(), found.after)
        }
        build.stage = ''
    }
}

class Stage extends Words {
    Closure work, after, condition
    void when(Closure body) { condition = body }
    void steps(Closure body) { work = body }
    void post(Closure body) { after = body }
}

class When extends Words {
    List<Boolean> said = []
    boolean holds() { !said.isEmpty() && said.every() }
    void branch(String name) { said << (build.kind == 'branch' && build.name == name) }
    void buildingTag() { said << (build.kind == 'tag') }
    void changeRequest() { said << (build.kind == 'change') }
    void tag(Map wanted) {
        assert wanted.keySet() == ['pattern', 'comparator'] as Set && wanted.comparator == 'REGEXP'
        said << (build.kind == 'tag' && build.name ==~ wanted.pattern)
    }
    void not(Closure body) { said << !inside(new When(), body).holds() }
    void anyOf(Closure body) { said << inside(new When(), body).said.any() }
}

class Steps extends Words {
    void sh(String command) { build.record('sh', command) }
    void echo(String text) { build.record('echo', text) }
    void junit(Map given) {
        assert given.keySet() - ['allowEmptyResults', 'testResults'] == [] as Set
        build.record('junit', given.testResults)
    }
    void archiveArtifacts(Map given) {
        assert given.keySet() - ['allowEmptyArchive', 'artifacts', 'fingerprint'] == [] as Set
        build.record('archiveArtifacts', given.artifacts)
    }
    Map usernamePassword(Map given) {
        assert given.keySet() == ['credentialsId', 'usernameVariable', 'passwordVariable'] as Set
        return [id: given.credentialsId, names: [given.usernameVariable, given.passwordVariable]]
    }
    Map file(Map given) {
        assert given.keySet() == ['credentialsId', 'variable'] as Set
        return [id: given.credentialsId, names: [given.variable]]
    }
    void withCredentials(List<Map> wanted, Closure body) {
        wanted.each { build.record('credentials', it.id, *it.names) }
        inside(new Steps(), body)
    }
}

class Post extends Words {
    void always(Closure body) { inside(new Steps(), body) }
    void failure(Closure body) { if (build.failed) inside(new Steps(), body) }
    void success(Closure body) { if (!build.failed) inside(new Steps(), body) }
    void cleanup(Closure body) { inside(new Steps(), body) }
}

def build = new Build(kind: args[1], name: args[2], failing: args.length > 3 ? args[3] : null)
if (build.kind == 'tag') build.env.TAG_NAME = build.name else build.env.BRANCH_NAME = build.name
def binding = new Binding()
binding.setVariable('pipeline', { Closure body ->
    def whole = new Pipeline(build: build)
    whole.run(body)
    if (whole.after) whole.inside(new Post(), whole.after)
})
new GroovyShell(binding).evaluate(new File(args[0]))
println JsonOutput.toJson([stage: '', step: build.failed ? 'failed' : 'passed', values: [build.env.findAll { !(it.key in ['WORKSPACE', 'JENKINS_HOME', 'TAG_NAME', 'BRANCH_NAME']) }]])
